// Shows a run in progress from the server's events. Output of programs is only ever inserted as text.
"use strict";

const MOST_LINES = 400;
const at = (id) => document.getElementById(id);
const element = (tag, text, name) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
};

let gauges = {};
let begun = null; // seconds since 1970; null once the run is over
const grouped = (text) => text.replace(/\b\d{4,}\b/g, (digits) => Number(digits).toLocaleString("en"));

function tick() {
  if (begun !== null) at("clock").textContent = `${Math.max(0, Date.now() / 1000 - begun).toFixed(1)} s`;
}
setInterval(tick, 100);

function begin(run) {
  gauges = {};
  begun = run.begun > 0 ? run.begun : null;
  at("clock").textContent = at("phase").textContent = at("headline").textContent = "";
  at("scenario").textContent = run.scenario;
  at("summary").textContent = run.summary;
  at("reason").textContent = run.reason;
  at("engine").textContent = run.engine;
  at("parameters").textContent = Object.entries(run.parameters).map(([key, value]) => `${key} ${value}`).join(", ");
  compare(run.rows);
  at("verdict").textContent = "running";
  at("verdict").className = "verdict running";
  at("problem").textContent = "";
  at("happened").replaceChildren();
  at("log").replaceChildren();
  at("report").hidden = true;
  const cliffs = run.cliffs || [];
  at("cliffs").textContent = cliffs.map((cliff) => `${cliff.value}, ${cliff.service}: ${cliff.words}`).join("; ");
  at("gauges").replaceChildren(...Object.entries(run.services).map(([name, service]) => gauge(name, service, cliffs)));
}

function compare(rows) {
  at("compared").replaceChildren(...rows.map(([what, predicted, measured]) => {
    const row = element("tr", undefined, what.startsWith("  ") ? "part" : "");
    row.append(element("th", what.trim()), element("td", predicted), element("td", measured));
    return row;
  }));
}

// Under Wine the sockets of a Windows program are not among its descriptors, so its gauge shows sockets.
function gauge(name, service, cliffs) {
  const seen = service.platform === "win32" ? "sockets" : "descriptors";
  const those = cliffs.filter((cliff) => cliff.service === name && cliff.seen === seen).map((cliff) => cliff.value);
  const most = Math.min(...(seen === "descriptors" ? [service.nofile] : []), ...those);
  const box = element("div", undefined, "gauge");
  const bar = document.createElement("meter");
  const words = element("span", "no samples yet", "words faint");
  bar.style.visibility = "hidden";
  if (Number.isFinite(most)) {
    bar.min = 0;
    bar.max = most;
    bar.high = most * 0.9;
    bar.optimum = 0;
  }
  bar.setAttribute("aria-label", `${seen} of ${name}`);
  box.append(element("b", name), bar, words);
  const reason = (cliffs.find((cliff) => cliff.service === name && cliff.value === most) || {}).words;
  const climb = new Climb(seen === "descriptors" ? "descriptors" : "TCP sockets", name, most, reason || "the limit of open descriptors");
  gauges[name] = { bar, words, seen, most, climb };
  const both = document.createElement("div");
  both.append(box, climb.svg);
  return both;
}

function update(sample) {
  const shown = gauges[sample.service];
  if (!shown) return;
  const value = sample[shown.seen];
  if (value === undefined) return;
  shown.highest = sample.most[shown.seen];
  const place = shown.seen === "descriptors" ? 1 : 2;
  shown.climb.add(sample.points.map((one) => [one[0], one[place]]).filter(([, number]) => number !== null));
  shown.bar.value = value;
  const bounded = Number.isFinite(shown.most);
  if (bounded) shown.bar.style.visibility = "visible";
  const names = { descriptors: "descriptors", sockets: "TCP sockets" };
  const most = `highest ${sample.most[shown.seen]}`;
  const sockets = shown.seen !== "sockets" && sample.most.sockets ? `; ${sample.sockets} TCP sockets` : "";
  shown.words.className = "words";
  shown.words.textContent = grouped(`${value}${bounded ? ` of ${shown.most}` : ""} ${names[shown.seen]}, ${most}${sockets}`);
}

// What counts in the end is the highest sample, not the few descriptors that were left at the last one.
function rest(shown) {
  if (shown.highest === undefined) {
    shown.words.textContent = "no samples";
    return;
  }
  const bounded = Number.isFinite(shown.most);
  shown.bar.value = shown.highest;
  const name = shown.seen === "descriptors" ? "descriptors" : "TCP sockets";
  shown.words.textContent = `highest sample: ${grouped(String(shown.highest))}${bounded ? ` of ${grouped(String(shown.most))}` : ""} ${name}`;
  shown.climb.end();
}

function add(list, node) {
  const box = at(list);
  const follows = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
  box.append(node);
  while (box.childElementCount > MOST_LINES) box.firstElementChild.remove();
  if (follows) box.scrollTop = box.scrollHeight;
}

function line(message, text) {
  const row = element("div", undefined, message.stream);
  row.append(element("b", message.service), " ", element("span", text));
  add("log", row);
}

const handlers = {
  run: begin,
  sample: update,
  line: (message) => line(message, message.text),
  event: (message) => {
    if (message.told) add("happened", element("li", message.told));
    line(message, message.told || message.event);
  },
  phase: (message) => {
    at("phase").textContent = message.doing;
    if (begun !== null) add("happened", element("li", `${Math.max(0, message.at - begun).toFixed(2)} s: ${message.doing}`, "faint"));
  },
  "left-out": (message) => line(message, `(${message.lines} lines and ${message.bytes} bytes left out)`),
  ended: (message) => {
    at("verdict").textContent = message.verdict;
    at("verdict").className = `verdict ${message.verdict}`;
    if (message.rows.length) compare(message.rows);
    begun = null;
    at("headline").textContent = grouped(message.headline);
    at("clock").textContent = message.seconds ? `${message.seconds.total.toFixed(1)} s` : "";
    at("phase").textContent = "the run is over";
    Object.values(gauges).forEach(rest);
    at("problem").textContent = message.problem || "";
    at("report").href = `/runs/${message.path.split("/").map(encodeURIComponent).join("/")}/report.html`;
    at("report").hidden = false;
  },
};

const run = document.body.dataset.run;
const source = new EventSource(run ? `/events?run=${encodeURIComponent(run)}` : "/events");
for (const [kind, handle] of Object.entries(handlers)) {
  source.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
}
source.onopen = () => { at("connection").textContent = "connected"; };
source.onerror = () => { at("connection").textContent = "no answer from the server; trying again"; };
