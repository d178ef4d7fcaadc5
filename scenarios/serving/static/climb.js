// The curve of a service's descriptors or sockets as it climbs to its limit, with a mark at the peak.
"use strict";

class Climb {
  constructor(unit, service, limit, reason) {
    Object.assign(this, { unit, service, limit, reason, points: [], peak: [0, 0], over: false });
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.svg.setAttribute("class", "climb");
    this.svg.setAttribute("role", "img");
    this.svg.style.display = "none";
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }

  add(points) {
    this.points.push(...points);
    for (const one of points) if (one[1] > this.peak[1]) this.peak = one;
    this.draw();
  }

  end() {
    this.over = true;
    this.draw();
  }

  make(tag, attributes, text) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    return this.svg.appendChild(node);
  }

  draw() {
    if (this.points.length < 2) return;
    this.svg.style.display = "";
    const width = this.svg.clientWidth || 600, height = 170, left = 48, right = width - 12, top = 26, bottom = height - 24;
    const [seconds, most] = this.peak, named = (number) => number.toLocaleString("en");
    const near = Number.isFinite(this.limit) && most > this.limit / 5;
    const last = this.points[this.points.length - 1][0] || 1, high = 1.05 * Math.max(most, near ? this.limit : 0, 1);
    const x = (second) => left + second / last * (right - left), y = (value) => bottom - value / high * (bottom - top);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("aria-label", `${this.unit} of ${this.service}: the highest sample is ${named(most)}, at ${seconds.toFixed(2)} s`);
    this.svg.replaceChildren();
    this.make("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` });
    this.make("text", { x: left - 6, y: bottom + 4, "text-anchor": "end" }, "0");
    this.make("text", { x: left, y: 14 }, near ? `${named(this.limit)}: ${this.reason}` : this.unit);
    this.make("text", { x: left, y: height - 6 }, "0 s");
    this.make("text", { x: right, y: height - 6, "text-anchor": "end" }, `${last.toFixed(1)} s`);
    if (near) {
      this.make("path", { class: "limit", d: `M${left} ${y(this.limit)}H${right}` });
      this.make("text", { x: left - 6, y: y(this.limit) + 4, "text-anchor": "end" }, named(this.limit));
    }
    this.make("path", { class: "line", d: `M${this.points.map(([second, value]) => `${x(second).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}` });
    // Above the curve, unless the limit or the unit is there; then below, where it may stand on a curve that climbs.
    const after = x(seconds) < (left + right) / 2, below = y(most) - (near ? y(this.limit) : 14) < 24 && y(most) + 20 < bottom;
    this.make("circle", { class: "peak", cx: x(seconds), cy: y(most), r: 5 });
    this.make("text", { class: "peak", x: x(seconds) + (after ? 10 : -10), y: y(most) + (below ? 18 : -10), "text-anchor": after ? "start" : "end" },
      `highest ${this.over ? "sample" : "so far"} ${named(most)}`);
  }
}
