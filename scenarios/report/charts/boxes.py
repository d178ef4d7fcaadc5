"""Timelines, bars, steps and compared tables: rows of boxes, which the page draws in HTML and CSS."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from scenarios.pictures import Band, Bars, Grid, Mark, Span, Steps, Timeline
from scenarios.report.charts.figure import Figure, Looks, cell, counted, in_words, notes_of
from scenarios.report.charts.scales import Linear, Logarithmic, Scale, from_zero, number
from scenarios.report.charts.shapes import LOOKS, cut

# The style tells this many kinds of spans apart, and this many kinds of marks.
KINDS, MARKS = 4, 3
# As many numbers on the time axis as fit on a phone.
TICKS = 5
# The text of a step in pixels; it may be a line of output without end.
LONGEST_STEP = 400


def timeline(picture: Timeline) -> Figure:
    """One lane for each name, all on the same time axis; what was predicted is a hollow box around its lane's spans."""
    lanes = {name: picture.lanes.get(name, ()) for name in (*picture.lanes, *picture.marks, *picture.predicted)}
    spans = [(name, span) for name, lane in lanes.items() for span in lane]
    marks = [(name, mark) for name, some in picture.marks.items() for mark in some]
    foreseen = [span for some in picture.predicted.values() for span in some]
    kinds = {kind: n % KINDS for n, kind in enumerate(dict.fromkeys(span.kind for _, span in spans))}
    signs = {kind: n % MARKS for n, kind in enumerate(dict.fromkeys(mark.kind for _, mark in marks))}
    ends = [*(span.end for _, span in spans), *(span.end for span in foreseen), *(mark.at for _, mark in marks)]
    x = Linear(0.0, 1.02 * max(ends, default=0.0) or 1.0)
    drawn = {
        name: {
            "spans": [_box(name, span, x, kinds[span.kind]) for span in lane],
            "predicted": [_box(name, span, x, 0) for span in picture.predicted.get(name, ())],
            "marks": [_sign(name, mark, x, signs[mark.kind]) for mark in picture.marks.get(name, ())],
        }
        for name, lane in lanes.items()
    }
    ticks = [(100 * x.place(value), f"{value:g}") for value in x.ticks(TICKS)]
    return Figure(
        picture.title,
        "; ".join([*_lanes_in_words(picture.lanes), *_marks_in_words(picture.marks)]),
        ["", "what", "from second", "to second"],
        [
            *([name, span.kind, f"{span.begin:.3f}", f"{span.end:.3f}"] for name, span in spans),
            *([name, mark.kind, f"{mark.at:.3f}", ""] for name, mark in marks),
        ],
        "timeline",
        {"lanes": drawn, "kinds": kinds, "signs": signs, "ticks": ticks} if spans or marks else {},
        notes_of(picture.note),
        has_prediction=bool(foreseen),
    )


def _box(name: str, span: Span, x: Scale, kind: int) -> dict[str, Any]:
    return {
        "left": 100 * x.place(span.begin),
        "width": 100 * (x.place(span.end) - x.place(span.begin)),
        "kind": kind,
        "words": f"{name}: {span.kind} from {span.begin:.3f} to {span.end:.3f} s",
    }


def _sign(name: str, mark: Mark, x: Scale, sign: int) -> dict[str, Any]:
    return {"left": 100 * x.place(mark.at), "sign": sign, "words": f"{name}: {mark.kind} at {mark.at:.3f} s"}


def _lanes_in_words(lanes: Mapping[str, Sequence[Span]]) -> Iterable[str]:
    for name, lane in lanes.items():
        if lane:
            yield f"{name}: " + ", ".join(f"{span.kind} from {span.begin:.2f} to {span.end:.2f} s" for span in lane)


def _marks_in_words(marks: Mapping[str, Sequence[Mark]]) -> Iterable[str]:
    for name, some in marks.items():
        counts = dict.fromkeys(mark.kind for mark in some)
        yield f"{name}: " + ", ".join(f"{sum(one.kind == kind for one in some)} {kind}" for kind in counts)


def bars(picture: Bars, looks: Looks) -> Figure:
    """One bar for each name with its value behind it, the prediction as a hollow box, and limits as lines across."""
    x = scale_of(picture)
    names = dict.fromkeys((*picture.values, *picture.predicted))
    rows = [_bar(picture, name, x, looks.get(name, 0)) for name in names]
    limits = [(100 * x.place(bound.value), f"{number(bound.value)}: {bound.words}") for bound in picture.limits]
    ticks = [(100 * x.place(value), number(value)) for value in x.ticks(TICKS)]
    told = [f"{row['name']}: {row['value']}" + (f", predicted {row['words']}" if row["words"] else "") for row in rows]
    lines = "; ".join(f"{number(bound.value)} is {bound.words}" for bound in picture.limits)
    return Figure(
        picture.title,
        "; ".join([*told, *notes_of(lines)]),
        ["", picture.unit, *(["predicted"] if picture.predicted else [])],
        [_cells(picture, name) for name in names],
        "bars",
        {"rows": rows, "limits": limits, "ticks": ticks if picture.logarithmic else []} if rows else {},
        notes_of(
            f"Dashed line{'s' * (len(picture.limits) > 1)}: {lines}." if lines else "",
            "The axis is logarithmic: equal distances are equal ratios." if picture.logarithmic else "",
            picture.note,
        ),
        has_prediction=any(map(in_words, picture.predicted.values())),
    )


def _cells(picture: Bars, name: str) -> list[str]:
    value = picture.values.get(name)
    predicted = [in_words(picture.predicted.get(name, Band()))] if picture.predicted else []
    return [name, cell(value), *predicted]


def scale_of(picture: Bars) -> Scale:
    """The axis of all bars: from 0, or from a power of ten if it is logarithmic."""
    ends = [end for band in picture.predicted.values() for end in band.ends]
    values = [*picture.values.values(), *ends, *(bound.value for bound in picture.limits)]
    above = [value for value in values if value > 0]
    if picture.logarithmic and above:
        return Logarithmic(10.0 ** _power(min(above)), max(above) * 1.3)
    return from_zero(values)


def _power(value: float) -> int:
    """The power of ten below a value, which is then no bar of length 0."""
    power = len(f"{value:.0f}") - 1 if value >= 1 else -1
    while 10.0**power >= value:
        power -= 1
    return power


def _bar(picture: Bars, name: str, x: Scale, look: int) -> dict[str, Any]:
    value, band = picture.values.get(name), picture.predicted.get(name, Band())
    return {
        "name": name,
        "look": look % LOOKS,
        "length": None if value is None else 100 * x.place(value),
        "value": "not measured" if value is None else counted(value, picture.unit),
        "band": region(band, x) if band.ends else None,
        "exact": band.exact,
        "words": in_words(band),
    }


def region(band: Band, x: Scale) -> tuple[float, float]:
    """(left, width) in percent: a hollow bar from 0 for one value; else where the bar must end."""
    left = 0.0 if band.low is None or band.exact else x.place(band.low)
    right = 1.0 if band.high is None else x.place(band.high)
    return 100 * left, 100 * (right - left)


def steps(picture: Steps) -> Figure:
    """One column for each name, one row for each step, and an arrow if the next step is in another column.

    A step that differs from the predicted one has the predicted one above it, hollow.
    """
    pairs = list(zip_longest(picture.steps, picture.predicted)) if picture.predicted else [
        (one, None) for one in picture.steps
    ]  # fmt: skip
    names = list(dict.fromkeys(name for pair in pairs for name, _ in filter(None, pair)))
    boxes = [box for done, foreseen in pairs for box in _steps_of(done, foreseen, names, bool(picture.predicted))]
    befores = [boxes[max(0, n - 1)]["column"] for n in range(len(boxes))]
    rows = [[str(n), name, what] for n, (name, what) in enumerate(picture.steps, start=1)]
    return Figure(
        picture.title,
        "; ".join(f"{n}. {name}: {what}" for n, name, what in rows),
        ["", "task", "step"],
        rows,
        "steps",
        {"names": names, "steps": [{**box, "before": one} for box, one in zip(boxes, befores, strict=True)]}
        if boxes
        else {},
        notes_of(picture.note),
        has_prediction=bool(picture.predicted),
    )


Step = tuple[str, str]


def _steps_of(done: Step | None, foreseen: Step | None, names: list[str], compared: bool) -> Iterable[dict[str, Any]]:
    if foreseen is not None and foreseen != done:
        yield _step(foreseen, names, "predicted")
    if done is not None:
        yield _step(done, names, "differs" if compared and foreseen != done else "as-predicted" if compared else "")


def _step(step: Step, names: list[str], look: str) -> dict[str, Any]:
    return {"column": names.index(step[0]), "what": cut(step[1], LONGEST_STEP), "look": look}


def grid(picture: Grid) -> Figure:
    """A table; with a prediction, each predicted cell says whether it came out so."""
    rows = [[name, *cells] for name, cells in picture.rows.items()]
    compared = [
        (name, list(zip_longest(cells, picture.predicted.get(name, ()), fillvalue="")))
        for name, cells in picture.rows.items()
    ]
    return Figure(
        picture.title,
        "; ".join(f"{name}: {', '.join(filter(None, cells))}" for name, cells in picture.rows.items())
        if picture.predicted
        else "",
        ["", *picture.columns],
        rows,
        "compared" if picture.predicted else "table",
        {"columns": picture.columns, "rows": compared} if picture.predicted and rows else {},
        notes_of(picture.note),
        has_prediction=bool(picture.predicted),
    )
