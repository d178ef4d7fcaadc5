"""Every kind of picture as a figure for a page.

Own SVG, and no library that draws charts. Measured on two processors: Altair with vl-convert takes 0.3 s to be
imported, 0.5 s and 21 KB for a chart, and 131 MB installed; pygal takes 0.03 s, 0.02 s and 43 KB, and has no
timelines. Both write colours into the picture, so that a page would need each chart twice, for light and for dark,
and both leave it to others to say the numbers to who cannot see them. What is here writes a chart of 4 KB in a
millisecond; its colours are variables of the page's style, and it has its words and its numbers with it. A run of two
seconds may lose a tenth of one at most.
"""

from scenarios.pictures import Bars, Course, Curves, Grid, Percentiles, Picture, Steps, Timeline
from scenarios.report.charts import curves, lanes
from scenarios.report.charts.shapes import Figure


def figure(picture: Picture) -> Figure:
    """The picture's drawings, its words and its numbers; raises as a family does whose program's numbers are none."""
    match picture:
        case Timeline():
            return lanes.timeline(picture)
        case Curves():
            return curves.curves(picture)
        case Course():
            return curves.course(picture)
        case Percentiles():
            return curves.percentiles(picture)
        case Bars():
            return lanes.bars(picture)
        case Steps():
            return lanes.steps(picture)
        case Grid():
            return _table(picture)


def _table(picture: Grid) -> Figure:
    """Its numbers alone."""
    rows = [[name, *cells] for name, cells in picture.rows.items()]
    return Figure(picture.title, "", [], ["", *picture.columns], rows)
