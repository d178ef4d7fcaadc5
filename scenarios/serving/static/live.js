// Shows a run while it runs, by the server's events alone. What programs print comes in as text and stays text.
"use strict";

const MOST_LINES = 400;
const at = (id) => document.getElementById(id);
const made = (tag, text, name) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (name) element.className = name;
  return element;
};

let gauges = {};
let begun = 0;

function begin(run) {
  gauges = {};
  begun = Date.now();
  at("scenario").textContent = run.scenario;
  at("summary").textContent = run.summary;
  at("reason").textContent = run.reason;
  at("engine").textContent = run.engine;
  at("parameters").textContent = Object.entries(run.parameters).map(([key, value]) => `${key} ${value}`).join(", ");
  compare(run.rows);
  at("verdict").textContent = "running";
  at("verdict").className = "verdict running";
  at("problem").textContent = "";
  at("told").replaceChildren();
  at("log").replaceChildren();
  at("report").hidden = true;
  const cliffs = run.cliffs || [];
  at("cliffs").textContent = cliffs.map((cliff) => `${cliff.value}, ${cliff.service}: ${cliff.words}`).join("; ");
  at("gauges").replaceChildren(...Object.entries(run.services).map(([name, service]) => gauge(name, service, cliffs)));
}

function compare(rows) {
  at("compared").replaceChildren(...rows.map(([what, predicted, measured]) => {
    const row = made("tr", undefined, what.startsWith("  ") ? "part" : "");
    row.append(made("th", what.trim()), made("td", predicted), made("td", measured));
    return row;
  }));
}

// Under Wine the sockets of a Windows program are not among its descriptors, so there they are what is gauged.
function gauge(name, service, cliffs) {
  const seen = service.platform === "win32" ? "sockets" : "descriptors";
  const those = cliffs.filter((cliff) => cliff.service === name && cliff.seen === seen).map((cliff) => cliff.value);
  const most = Math.min(...(seen === "descriptors" ? [service.nofile] : []), ...those);
  const box = made("div", undefined, "gauge");
  const bar = document.createElement("meter");
  const told = made("span", "not looked at", "told faint");
  bar.style.visibility = "hidden";
  if (Number.isFinite(most)) {
    bar.min = 0;
    bar.max = most;
    bar.high = most * 0.9;
    bar.optimum = 0;
  }
  bar.setAttribute("aria-label", `${seen} of ${name}`);
  box.append(made("b", name), bar, told);
  gauges[name] = { bar, told, seen, most };
  return box;
}

function sampled(sample) {
  const shown = gauges[sample.service];
  if (!shown) return;
  const value = sample[shown.seen];
  if (value === undefined) return;
  shown.bar.value = value;
  const bounded = Number.isFinite(shown.most);
  if (bounded) shown.bar.style.visibility = "visible";
  const words = { descriptors: "descriptors", sockets: "TCP sockets" };
  const most = `${sample.most[shown.seen]} at most`;
  const sockets = shown.seen !== "sockets" && sample.most.sockets ? `; ${sample.sockets} TCP sockets` : "";
  shown.told.className = "told";
  shown.told.textContent = `${value}${bounded ? ` of ${shown.most}` : ""} ${words[shown.seen]}, ${most}${sockets}`;
}

function add(list, element) {
  const box = at(list);
  const follows = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
  box.append(element);
  while (box.childElementCount > MOST_LINES) box.firstElementChild.remove();
  if (follows) box.scrollTop = box.scrollHeight;
}

function line(message, text) {
  const row = made("div", undefined, message.stream);
  row.append(made("b", message.service), " ", made("span", text));
  add("log", row);
}

const heard = {
  run: begin,
  sample: sampled,
  line: (message) => line(message, message.text),
  event: (message) => {
    if (message.told) add("told", made("li", message.told));
    line(message, message.told || message.event);
  },
  "left-out": (message) => line(message, `(${message.lines} lines and ${message.bytes} bytes more)`),
  ended: (message) => {
    at("verdict").textContent = message.verdict;
    at("verdict").className = `verdict ${message.verdict}`;
    if (message.rows.length) compare(message.rows);
    at("problem").textContent = message.problem || "";
    at("report").href = `/runs/${message.path.split("/").map(encodeURIComponent).join("/")}/report.html`;
    at("report").hidden = false;
  },
};

const run = document.body.dataset.run;
const source = new EventSource(run ? `/events?run=${encodeURIComponent(run)}` : "/events");
for (const [kind, hear] of Object.entries(heard)) {
  source.addEventListener(kind, (event) => hear(JSON.parse(event.data)));
}
source.onopen = () => { at("connection").textContent = "connected"; };
source.onerror = () => { at("connection").textContent = "the server does not answer; trying again"; };
