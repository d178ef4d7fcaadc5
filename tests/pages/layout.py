"""The layout of a page as a browser made it: texts that are cut or overlap, and what stands on the first screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.pages.browser import Tab

# Widths and heights of a desktop's screen and a phone's.
DESKTOP, PHONE = (1280, 800), (390, 844)
MEASURE = """(() => {
  const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden";
  const charts = [...document.querySelectorAll("figure svg, figure .chart")].filter(shown);
  const leaves = (chart) => [...chart.querySelectorAll("text, span, small, p, b, td, th")].filter(
    (one) => shown(one) && one.textContent.trim() && ![...one.children].some((child) => child.textContent.trim()));
  const boxes = (one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return one instanceof SVGElement ? [one.getBoundingClientRect()] : [...range.getClientRects()];
  };
  const crossing = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  const overlapping = [], cut = [];
  for (const chart of charts) {
    const texts = leaves(chart).map((one) => [one.textContent.trim(), boxes(one)]);
    texts.forEach(([text, some], n) => texts.slice(n + 1).forEach(([other, others]) => {
      if (some.some((a) => others.some((b) => crossing(a, b)))) overlapping.push([text, other]);
    }));
    const frame = chart.getBoundingClientRect();
    const scrolls = [...chart.querySelectorAll(".wide-table")];
    for (const one of leaves(chart)) {
      const box = one.getBoundingClientRect(), inTable = scrolls.some((table) => table.contains(one));
      if (!inTable && (box.left < frame.left - 1 || box.right > frame.right + 1)) cut.push(one.textContent.trim());
      const isBox = !(one instanceof SVGElement) && getComputedStyle(one).display !== "inline";
      if (isBox && one.scrollWidth > one.clientWidth + 1)
        cut.push(one.textContent.trim());
    }
  }
  const bottom = (selector) => document.querySelector(selector)?.getBoundingClientRect().bottom + scrollY;
  const headline = document.querySelector("#headline");
  const drawings = headline ? [...headline.querySelectorAll("svg, .chart")].filter(shown) : [];
  const predicted = headline ? [...headline.querySelectorAll(
    ".exact, .range, .allowed, .guide, .as-predicted, .predicted, .differs")].filter(shown) : [];
  return {
    overlapping, cut, predicted: predicted.length, lead: document.querySelector(".lead")?.textContent.trim(),
    drawing: drawings.length ? drawings[0].getBoundingClientRect().bottom + scrollY : null,
    agreement: bottom(".agreement"), agreed: document.querySelector(".agreement")?.textContent.trim(),
    collapsed: !document.querySelector("#outcome").open,
    width: document.documentElement.scrollWidth,
  };
})()"""


def measured(tab: Tab, page: Path, screen: tuple[int, int], *, dark: bool) -> dict[str, Any]:
    """The layout of a page on a screen."""
    tab.show(*screen, dark=dark)
    tab.open(page.as_uri())
    found: dict[str, Any] = tab.ask(MEASURE)
    return found
