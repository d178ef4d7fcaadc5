"""Timelines, bars and steps: rows of boxes, which the page draws in HTML and CSS."""

from scenarios.pictures import Bars, Steps, Timeline
from scenarios.report.charts.figure import Figure
from scenarios.report.charts.scales import Linear, from_zero, number
from scenarios.report.charts.shapes import cut

# The style tells this many kinds of spans apart.
KINDS = 4
# As many numbers on the time axis as fit on a phone.
TICKS = 5
# The text of a step in pixels; it may be a line of output without end.
LONGEST_STEP = 400


def timeline(picture: Timeline) -> Figure:
    """One lane for each name, all on the same time axis."""
    spans = [(name, span) for name, lane in picture.lanes.items() for span in lane]
    kinds = {kind: n % KINDS for n, kind in enumerate(dict.fromkeys(span.kind for _, span in spans))}
    x = Linear(0.0, max((span.end for _, span in spans), default=0.0) or 1.0)
    lanes = {
        name: [
            {
                "left": 100 * x.place(span.begin),
                "width": 100 * x.place(span.end - span.begin),
                "kind": kinds[span.kind],
                "words": f"{name}: {span.kind} from {span.begin:.3f} to {span.end:.3f} s",
            }
            for span in lane
        ]
        for name, lane in picture.lanes.items()
    }
    ticks = [(100 * x.place(value), f"{value:g}") for value in x.ticks(TICKS)]
    return Figure(
        picture.title,
        "; ".join(
            f"{name}: " + ", ".join(f"{span.kind} from {span.begin:.2f} to {span.end:.2f} s" for span in lane)
            for name, lane in picture.lanes.items()
        ),
        ["", "what", "from second", "to second"],
        [[name, span.kind, f"{span.begin:.3f}", f"{span.end:.3f}"] for name, span in spans],
        "timeline",
        {"lanes": lanes, "kinds": kinds, "ticks": ticks} if spans else {},
    )


def bars(picture: Bars) -> Figure:
    """One bar for each name, with its value behind it."""
    x = from_zero(picture.values.values())
    rows = [(name, 100 * x.place(value), f"{number(value)} {picture.unit}") for name, value in picture.values.items()]
    return Figure(
        picture.title,
        "; ".join(f"{name}: {words}" for name, _, words in rows),
        ["", picture.unit],
        [[name, f"{value:.6g}"] for name, value in picture.values.items()],
        "bars",
        {"rows": rows} if rows else {},
    )


def steps(picture: Steps) -> Figure:
    """One column for each name, one row for each step, and an arrow if the next step is in another column."""
    names = list(dict.fromkeys(name for name, _ in picture.steps))
    columns = [names.index(name) for name, _ in picture.steps]
    texts = [cut(what, LONGEST_STEP) for _, what in picture.steps]
    rows = [[str(n), name, what] for n, (name, what) in enumerate(picture.steps, start=1)]
    return Figure(
        picture.title,
        "; ".join(f"{n}. {name}: {what}" for n, name, what in rows),
        ["", "task", "step"],
        rows,
        "steps",
        {"names": names, "steps": list(zip(columns, [*columns[:1], *columns], texts, strict=False))} if names else {},
    )
