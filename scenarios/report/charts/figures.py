"""Every kind of picture as a figure for a page.

Boxes are HTML and CSS, and curves are SVG of our own. Measured on two processors, Altair with vl-convert takes 0.3 s
to import, 0.5 s and 21 KB for a chart, and 131 MB installed; pygal takes 0.03 s, 0.02 s and 43 KB, and has no
timelines. Both write colours into the picture, so a page would need each chart twice, for light and for dark. Neither
adds a description or a table for readers who cannot see it. A chart of ours takes 4 KB and a millisecond, and its
colours are variables of the page's style.
"""

from scenarios.pictures import Bars, Curves, Grid, Percentiles, Picture, Steps, Timeline
from scenarios.report.charts import boxes, curves
from scenarios.report.charts.figure import Figure


def figure(picture: Picture) -> Figure:
    """The picture as a figure; raises one of MISUNDERSTOOD (families/base.py) when its values are not numbers."""
    match picture:
        case Timeline():
            return boxes.timeline(picture)
        case Curves():
            return curves.curves(picture)
        case Percentiles():
            return curves.percentiles(picture)
        case Bars():
            return boxes.bars(picture)
        case Steps():
            return boxes.steps(picture)
        case Grid():
            rows = [[name, *cells] for name, cells in picture.rows.items()]
            return Figure(picture.title, "", ["", *picture.columns], rows)
