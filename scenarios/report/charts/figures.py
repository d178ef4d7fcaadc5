"""Every kind of picture as a figure for a page.

Boxes are HTML and CSS, and curves are SVG of our own. Measured on two processors, Altair with vl-convert takes 0.3 s
to import, 0.5 s and 21 KB for a chart, and 131 MB installed; pygal takes 0.03 s, 0.02 s and 43 KB, and has no
timelines. Both write colours into the picture, so a page would need each chart twice, for light and for dark. Neither
adds a description or a table for readers who cannot see it. A chart of ours takes 4 KB and a millisecond, and its
colours are variables of the page's style.
"""

from collections.abc import Iterable

from scenarios.pictures import Bars, Curves, Grid, Percentiles, Picture, Steps, TimeChart, Timeline
from scenarios.report.charts import boxes, curves
from scenarios.report.charts.figure import Figure, Looks, looks_of


def looks(pictures: Iterable[Picture | TimeChart]) -> dict[str, int]:
    """A look for each curve of a page, so that a name has the same colour in every figure."""
    return looks_of(
        name for one in pictures if isinstance(one, Curves | Percentiles | TimeChart) for name in one.series
    )


def figure(picture: Picture, looks: Looks | None = None) -> Figure:
    """The picture as a figure; raises one of MISUNDERSTOOD (families/base.py) when its values are not numbers.

    `looks` are those of the page; without them the figure has its own.
    """
    match picture:
        case Timeline():
            return boxes.timeline(picture)
        case Curves():
            return curves.curves(picture, looks or looks_of(picture.series))
        case Percentiles():
            return curves.percentiles(picture, looks or looks_of(picture.series))
        case Bars():
            return boxes.bars(picture, looks or {})
        case Steps():
            return boxes.steps(picture)
        case Grid():
            return boxes.grid(picture)
