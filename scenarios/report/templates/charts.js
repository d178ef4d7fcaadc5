// Charts: values on hover and by arrow keys, a crosshair through all charts over time, names that switch curves, zoom.
// It is our own because vega and Bokeh add 0.8 to 3 MB to each page and draw nothing without JavaScript; to draw their
// pictures beforehand (vl-convert) starts a JavaScript engine for longer than the 5 % of a run that a page may take.
"use strict";
(() => {
  const number = (value) => value.toLocaleString("en", { maximumSignificantDigits: 5 });
  const set = (node, values) => { for (const [name, value] of Object.entries(values)) node.setAttribute(name, value); return node; };
  const make = (tag, values, parent) => parent.appendChild(set(document.createElementNS("http://www.w3.org/2000/svg", tag), values));
  const html = (tag, name, text, parent) => parent.appendChild(Object.assign(document.createElement(tag), { className: name, textContent: text }));
  const nearest = (points, x) => points.reduce((best, one) => Math.abs(one[0] - x) < Math.abs(best[0] - x) ? one : best);
  const share = ([kind, low, high], value) => kind === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const rounded = (raw, power = 10 ** Math.floor(Math.log10(raw))) => power * [1, 2, 5, 10].find((one) => one * power >= raw * 0.999);
  const ticks = (low, high, step = rounded((high - low) / 5)) => Array.from({ length: 9 }, (_, n) => (Math.ceil(low / step) + n) * step).filter((one) => one <= high);
  let zoom = null; // the first and the last second that the charts over time show; null: all
  class Chart {
    constructor(figure, index) {
      Object.assign(this, { figure, data: JSON.parse(figure.dataset.chart), hidden: new Set() });
      this.views = [...figure.querySelectorAll("svg[data-frame]")].map((svg, n) => this.view(svg, `clip-${index}-${n}`));
      this.tip = Object.assign(html("div", "tip", "", figure), { hidden: true });
      this.whole = Object.assign(html("button", "whole no-print", "show the whole time", figure.querySelector("figcaption")), { hidden: true, onclick: () => setZoom(null) });
    }
    view(svg, clip) { // one drawing of the chart: the page shows the wide or the narrow one
      const frame = JSON.parse(svg.dataset.frame), [left, top, right, bottom] = frame.box;
      svg.querySelector("title").remove(); // the browser would show it over the values; aria-label has it
      set(svg, { tabindex: 0, role: "group", "aria-roledescription": "chart" });
      make("rect", { x: left, y: top, width: right - left, height: bottom - top }, make("clipPath", { id: clip }, svg));
      const moved = [...svg.querySelectorAll("path:not(.grid, .axis, .bound, .key), text.moment")].map((node) => [node, node.getAttribute("d"), node.getAttribute("x")]);
      const view = { svg, frame, clip, moved, ticks: make("g", {}, svg), cross: make("g", { class: "cross" }, svg) };
      for (const key of svg.querySelectorAll(".key")) for (const name of ["click", "keydown"]) key.addEventListener(name, (event) => this.flip(event));
      for (const key of svg.querySelectorAll("text.key")) set(key, { role: "button", tabindex: 0, "aria-pressed": true });
      return this.listen(view);
    }
    flip(event) { // hides or shows the curve of a name
      if (event.key && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      const of = Number(event.target.dataset.of), off = !this.hidden.delete(of) && Boolean(this.hidden.add(of));
      const parts = this.figure.querySelectorAll(`[data-of="${of}"]`);
      for (const node of parts) set(node, node.matches("text") ? { "aria-pressed": !off } : {}).classList.toggle("off", off);
      this.show(undefined);
    }
    listen(view) {
      const { svg, frame: { box: [left, top, right, bottom] } } = view;
      let from = null, band = null; // where a drag began, and what it has chosen so far
      const at = (event) => Math.min(right, Math.max(left, (event.clientX - svg.getBoundingClientRect().left) * svg.viewBox.baseVal.width / svg.clientWidth));
      const on = (names, handle) => { for (const name of names.split(" ")) svg.addEventListener(name, handle); };
      on("pointerdown pointermove", (event) => {
        if (event.type === "pointerdown") from = this.data.time && !event.target.closest(".key") ? at(event) : null;
        this.show(event.target.closest(".key") ? undefined : this.snapped(this.value(view, at(event))));
        if (from === null || !event.buttons || Math.abs(at(event) - from) < 8) return;
        svg.setPointerCapture(event.pointerId);
        set(band ??= make("rect", { class: "chosen", y: top, height: bottom - top }, svg), { x: Math.min(from, at(event)), width: Math.abs(at(event) - from) });
      });
      on("pointerup pointercancel", (event) => {
        if (band && event.type === "pointerup") setZoom([from, at(event)].map((x) => this.value(view, x)).sort((one, other) => one - other));
        band?.remove();
        from = band = null;
      });
      on("pointerleave blur", (event) => { if (event.pointerType !== "touch") this.show(undefined); });
      on("dblclick keydown", (event) => event.key ? this.pressed(event) : setZoom(null));
      return view;
    }
    pressed(event) {
      const all = this.places(), here = all.indexOf(this.now), [low, high] = this.ends(), middle = this.now ?? (low + high) / 2;
      const steps = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: all.length - 1 }, factor = { "+": 0.25, "-": 1 }[event.key];
      if (event.key in steps) this.show(all[Math.min(all.length - 1, Math.max(0, steps[event.key]))]);
      else if (factor && this.data.time) setZoom([middle - factor * (high - low), middle + factor * (high - low)], this);
      else if (event.key === "Escape") setZoom(null);
      if (event.key in steps) event.preventDefault();
    }
    places() { // where on the x axis the curves that are shown have points
      const [low, high] = this.ends(), all = this.data.series.flatMap(([, points], of) => this.hidden.has(of) ? [] : points.map(([x]) => x));
      return [...new Set(all)].filter((x) => x >= low && x <= high).sort((one, other) => one - other);
    }
    snapped(x) { const all = this.places().map((one) => [one]); return all.length ? nearest(all, x)[0] : undefined; }
    axis(view) { return this.data.time && zoom ? ["linear", ...zoom] : view.frame.x; }
    ends() { return this.axis(this.views[0]).slice(1); }
    value({ frame: { box: [left, , right] } }, pixel, [kind, low, high] = this.axis(this.views[0])) {
      return kind === "log" ? low * (high / low) ** ((pixel - left) / (right - left)) : low + (pixel - left) / (right - left) * (high - low);
    }
    pixel(view, x) { const [left, , right] = view.frame.box; return left + share(this.axis(view), x) * (right - left); }
    shown() { return this.views.find(({ svg }) => svg.clientWidth > 0); }
    show(x) { for (const one of charts) if (one === this || (one.data.time && this.data.time)) one.cross(x, one === this); }
    cross(x, speaks) { // the crosshair and the values at x; none if that is undefined or not on the chart
      const view = this.shown(), [low, high] = this.ends();
      for (const { cross } of this.views) cross.replaceChildren();
      this.now = view && x >= low && x <= high ? x : undefined;
      if ((this.tip.hidden = this.now === undefined)) return;
      const [, top, right, bottom] = view.frame.box, place = this.pixel(view, x), within = this.data.time ? 0.05 * (high - low) : 0;
      make("path", { d: `M${place} ${top}V${bottom}` }, view.cross);
      this.tip.replaceChildren();
      html("b", "", view.frame.names[x] ?? `${number(x)} ${this.data.across}`, this.tip);
      this.data.series.forEach(([name, points], of) => {
        const [at, value] = nearest(points, x);
        if (this.hidden.has(of) || Math.abs(at - x) > within || at < low || at > high) return;
        const look = view.svg.querySelector(`path[data-of="${of}"]`).getAttribute("class").match(/\bs\d+/);
        make("circle", { class: `dot ${look}`, r: 4, cx: this.pixel(view, at), cy: bottom - share(view.frame.y, value) * (bottom - top) }, view.cross);
        html("span", "", `${name}: ${number(value)} ${this.data.unit}`, this.tip);
      });
      const scale = view.svg.clientWidth / view.svg.viewBox.baseVal.width, wide = this.tip.offsetWidth, beside = place * scale + 12;
      const down = view.svg.getBoundingClientRect().top - this.figure.getBoundingClientRect().top + bottom * scale - this.tip.offsetHeight - 8;
      const across = Math.max(0, beside + wide <= right * scale ? beside : beside - 24 - wide);
      set(this.tip, { "aria-live": speaks ? "polite" : "off", style: `left: ${across}px; top: ${down}px` });
    }
    redraw() { // moves what stands at a time to its place; marks and words keep their form
      const view = this.shown();
      this.whole.hidden = !zoom;
      if (!view) return;
      this.cross(undefined);
      const { svg, frame: { x: [, low, high], box: [left, , right, bottom] } } = view;
      const placed = (x) => this.pixel(view, low + (x - left) / (right - left) * (high - low));
      for (const [node, d, x] of view.moved) {
        node.classList.remove("beyond");
        if (node.matches(".mark, text")) {
          const box = node.getBBox(), at = x === null ? box.x + box.width / 2 : Number(x), to = placed(at);
          set(node, { transform: `translate(${to - at} 0)` });
          node.classList.toggle("beyond", to < left - 1 || to + (x === null ? 0 : box.width) > right + 1);
        } else set(node, { d: d.replace(/([ML])([-\d.]+)/g, (_, to, one) => to + placed(Number(one)).toFixed(1)), "clip-path": zoom ? `url(#${view.clip})` : "none" });
      }
      for (const node of svg.querySelectorAll(".across")) node.classList.toggle("beyond", Boolean(zoom));
      view.ticks.replaceChildren();
      for (const [x, value] of zoom ? ticks(...zoom).map((one) => [this.pixel(view, one), one]) : []) {
        make("path", { class: "axis", d: `M${x} ${bottom}v5` }, view.ticks);
        make("text", { class: "tick", x, y: bottom + 18, "text-anchor": "middle" }, view.ticks).textContent = number(value);
      }
    }
  }
  function setZoom(wanted, from) { // of all charts over time; `from` keeps its crosshair
    const ends = onTime.map((one) => one.views[0].frame.x), now = from?.now;
    const low = Math.min(...ends.map((x) => x[1])), high = Math.max(...ends.map((x) => x[2]));
    const [first, last] = wanted ? [Math.max(low, wanted[0]), Math.min(high, wanted[1])] : [low, high];
    zoom = last - first >= high - low || last - first < (high - low) / 500 ? null : [first, last];
    for (const one of onTime) one.redraw();
    from?.show(now);
  }
  const charts = [...document.querySelectorAll("figure[data-chart]")].map((figure, index) => new Chart(figure, index));
  const onTime = charts.filter((one) => one.data.time);
  if (charts.length) {
    const words = "Point at a chart, or use the arrow keys, for its values. Select a name to hide its curve.", more = " To zoom in time, drag or press + and -; Esc ends it.";
    html("p", "small faint no-print", onTime.length ? words + more : words, (onTime[0] ?? charts[0]).figure);
    addEventListener("resize", () => onTime.forEach((one) => one.redraw()));
  }
  for (const lanes of document.querySelectorAll(".lanes")) { // of a timeline: the words of each span
    const spans = [...lanes.querySelectorAll("[title]")], words = spans.map((one) => one.title), tip = set(html("p", "small said", "", lanes.parentElement), { "aria-live": "polite" });
    const say = (n) => { spans.forEach((one, at) => one.classList.toggle("now", at === n)); tip.textContent = words[n] ?? ""; };
    const move = (step) => step && say(Math.min(spans.length - 1, Math.max(0, spans.findIndex((one) => one.matches(".now")) + step)));
    set(lanes.parentElement, { role: "group", tabindex: 0 }).addEventListener("pointerleave", () => say(-1));
    lanes.parentElement.addEventListener("keydown", (event) => move({ ArrowLeft: -1, ArrowRight: 1 }[event.key]));
    spans.forEach((one, n) => { one.removeAttribute("title"); one.addEventListener("pointerenter", () => say(n)); });
  }
})();
