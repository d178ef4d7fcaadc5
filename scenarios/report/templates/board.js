// Filters the board's rows, and offers to compare two runs. Without this script the board shows all rows.
"use strict";
(() => {
  const form = document.querySelector(".filters"), rows = [...document.querySelectorAll("tr[data-scenario]")];
  const listed = rows.filter((row) => "verdict" in row.dataset), matrix = rows.filter((row) => !listed.includes(row));
  const picked = document.getElementById("picked"), boxes = [...document.querySelectorAll(".pick input")];
  for (const one of [form, ...document.querySelectorAll(".pick")]) one.hidden = false;

  // `clients=500` is that value alone; `clients` is any value of it.
  const has = (row, wanted) => wanted.trim().split(/[\s,]+/).every((word) =>
    row.dataset.parameters.split(" ").some((one) => word.includes("=") ? one === word : one.startsWith(word)));

  function filter() {
    const wanted = [...new FormData(form)].filter(([, value]) => value);
    for (const row of listed) {
      row.hidden = !wanted.every(([name, value]) => name === "parameter" ? has(row, value) : row.dataset[name] === value);
    }
    const left = listed.filter((row) => !row.hidden), names = new Set(left.map((row) => row.dataset.scenario));
    for (const row of matrix) row.hidden = wanted.length > 0 && !names.has(row.dataset.scenario);
    document.getElementById("left").textContent = wanted.length ? `${left.length} of ${listed.length}` : "";
    const hash = new URLSearchParams(wanted).toString();
    if (location.hash.slice(1) !== hash) history.replaceState(null, "", hash ? `#${hash}` : location.pathname);
  }

  function pick() {
    const [first, second, ...more] = boxes.filter((one) => one.checked).map((one) => one.value);
    picked.replaceChildren();
    picked.hidden = !first;
    if (!second) picked.textContent = "Choose another run to compare with it.";
    else if (more.length) picked.textContent = "Choose two runs to compare.";
    else if (location.protocol === "file:") {
      picked.append("Compare them in a terminal: ", Object.assign(document.createElement("code"), { textContent: `./inv compare ${second} ${first} --open` }));
    } else picked.append(Object.assign(document.createElement("a"), { href: `.comparisons/${second}-${first}/report.html`, textContent: "Compare these two runs" }));
  }

  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) if (form.elements[name]) form.elements[name].value = value;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  for (const one of boxes) one.addEventListener("change", pick);
  filter();
  pick();
})();
