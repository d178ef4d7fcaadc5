"""Prints the first chart of a run's page as an SVG file, such as the picture in README.md: `python -m` with the run."""

import re
import sys

from scenarios.errors import UsageError
from scenarios.report import page
from scenarios.report.templating import TEMPLATES
from scenarios.results import run_directories

CHART = re.compile(r'<svg class="wide" (viewBox="0 0 ([\d.]+) ([\d.]+)".*?</svg>)', re.DOTALL)
# An image has no page around it: it needs its own background, readable on light and on dark pages.
HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" {start}<style>
{style}
</style>
<rect width="{width}" height="{height}" fill="var(--ground)"/>
{rest}"""


def first_chart(html: str, style: str) -> str:
    """The first chart of a page, with those rules of the page's style that charts need.

    Raises UsageError when the page has no chart.
    """
    found = CHART.search(html)
    if found is None:
        raise UsageError("the page of this run has no chart")
    start, end, rest = found[1].partition(">")
    colours = style[: style.index("\n* {")]
    rules = [line for line in style.splitlines() if line.startswith("svg ")]
    kept = "\n".join([colours, *rules])
    return HEAD.format(start=start + end, style=kept, width=found[2], height=found[3], rest=rest.lstrip()) + "\n"


if __name__ == "__main__":
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    print(first_chart(page.text(run_directories.find(sys.argv[1])), style), end="")
