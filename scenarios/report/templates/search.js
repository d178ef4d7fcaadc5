// Filters the lines of every log by the text in the search field. The page works without this script.
const field = document.querySelector(".search");
const logs = [...document.querySelectorAll("pre.log")].map((element) => ({ element, lines: element.textContent.split("\n") }));
const count = document.querySelector(".found");
field.closest("p").hidden = false;
field.addEventListener("input", () => {
  const wanted = field.value.toLowerCase();
  let found = 0;
  for (const { element, lines } of logs) {
    const kept = wanted ? lines.filter((line) => line.toLowerCase().includes(wanted)) : lines;
    element.textContent = kept.join("\n");
    element.closest("details").open = wanted ? kept.length > 0 : element.closest("details").open;
    found += kept.length;
  }
  count.textContent = wanted ? `${found} lines` : "";
});
