"""Draws bars and timelines with characters, for the terminal."""

from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len

from scenarios.pictures import Band, Bars, Mark, Span, Timeline
from scenarios.report.charts.boxes import region, scale_of
from scenarios.report.charts.figure import counted, in_words
from scenarios.report.charts.scales import Scale, number

# A bar or a lane has at most and at least so many characters.
LONGEST_BAR, SHORTEST = 48, 12
WIDTH = 60
FULL, LESS, BOTH, ONE_VALUE, LIMIT, NOTHING = "█", "░", "▓", "┃", "┊", " "
SPANS = (FULL, LESS, "▒", "▓", "·")
SIGNS = ("·", "●", "×")


def bars(picture: Bars, columns: int) -> Iterable[str]:
    """A bar for each name with its value, and what was predicted of it behind and in words."""
    names = list(dict.fromkeys((*picture.values, *picture.predicted)))
    width = max(map(cell_len, names), default=0)
    texts = {name: _value(picture, name) for name in names}
    room = columns - width - 5 - max(map(cell_len, texts.values()), default=0)
    length, x = max(SHORTEST, min(LONGEST_BAR, room)), scale_of(picture)
    lines = [round(x.place(bound.value) * length) for bound in picture.limits]
    for name in names:
        band = picture.predicted.get(name, Band())
        cells = _cells(picture.values.get(name), band, x, length)
        for at in lines:
            if at < len(cells) and cells[at] == NOTHING:
                cells[at] = LIMIT
        yield f"  {name:{width}}  {''.join(cells).rstrip() or '▏'} {texts[name]}"
    yield from _legend(picture)


def _value(picture: Bars, name: str) -> str:
    value, words = picture.values.get(name), in_words(picture.predicted.get(name, Band()))
    told = "not measured" if value is None else counted(value, picture.unit)
    return f"{told} (predicted {words})" if words else told


def _cells(value: float | None, band: Band, x: Scale, length: int) -> list[str]:
    """One character for each cell: measured, predicted, both, or none."""
    most = 0 if value is None else max(0, min(length, round(x.place(value) * length)))
    if value and not most:
        most = 1
    cells = [FULL] * most + [NOTHING] * (length + 1 - most)
    if not band.ends:
        return cells
    left, width = region(band, x)
    first, last = round(left / 100 * length), round((left + width) / 100 * length)
    if band.exact:
        cells[max(0, min(length, last))] = ONE_VALUE
        return cells
    for n in range(first, min(length, max(last, first + 1))):
        cells[n] = BOTH if cells[n] == FULL else LESS
    return cells


def _legend(picture: Bars) -> Iterable[str]:
    bands = [band for band in picture.predicted.values() if band.ends]
    exact = f"{ONE_VALUE} predicted" if any(band.exact for band in bands) else ""
    ranges = f"{LESS} predicted, {BOTH} both" if any(not band.exact for band in bands) else ""
    lines = "; ".join(f"{number(bound.value)} is {bound.words}" for bound in picture.limits)
    told = [f"{FULL} measured", ranges, exact] if bands else []
    told += [f"{LIMIT} {lines}" if lines else "", "logarithmic scale" if picture.logarithmic else ""]
    if any(told):
        yield "  " + ", ".join(filter(None, told))


def timeline(picture: Timeline, columns: int) -> Iterable[str]:
    """A line for each lane, and below it one with the predicted spans."""
    lanes = {name: picture.lanes.get(name, ()) for name in (*picture.lanes, *picture.marks, *picture.predicted)}
    spans = [span for some in (*picture.lanes.values(), *picture.predicted.values()) for span in some]
    marks = [mark for some in picture.marks.values() for mark in some]
    end = max([*(span.end for span in spans), *(mark.at for mark in marks)], default=0.0)
    signs = _signs((span.kind for some in picture.lanes.values() for span in some), SPANS)
    dots = _signs((mark.kind for mark in marks), SIGNS[1:])
    width = max(map(cell_len, lanes), default=0)
    length = max(SHORTEST, min(WIDTH, columns - width - 4))
    for name, lane in lanes.items():
        yield f"  {name:{width}}  {_lane(lane, picture.marks.get(name, ()), end, signs, dots, length)}".rstrip()
        if foreseen := picture.predicted.get(name):
            yield f"  {'':{width}}  {_foreseen(foreseen, end, length)}"
    yield f"  {'':{width}}  0{f'{end:.2f} s':>{length - 1}}"
    told = [f"{sign} {kind}" for kind, sign in (*signs.items(), *dots.items())]
    yield f"  {'':{width}}  " + "   ".join([*told, *(["├─┤ predicted"] if picture.predicted else [])])


def _signs(kinds: Iterable[str], signs: Sequence[str]) -> dict[str, str]:
    return dict(zip(dict.fromkeys(kinds), signs, strict=False))


def _lane(
    spans: Sequence[Span],
    marks: Sequence[Mark],
    end: float,
    signs: Mapping[str, str],
    dots: Mapping[str, str],
    length: int,
) -> str:
    """One character for each part of the time; a shorter span has one character too."""
    cells = [NOTHING] * length
    for span in spans:
        first, last = _places(span, end, length)
        cells[first:last] = [signs.get(span.kind, "?")] * (last - first)
    for mark in marks:
        cells[min(length - 1, int(mark.at / end * length)) if end else 0] = dots.get(mark.kind, "?")
    return "".join(cells)


def _foreseen(spans: Sequence[Span], end: float, length: int) -> str:
    cells = [NOTHING] * length
    for span in spans:
        first, last = _places(span, end, length)
        cells[first:last] = ["├", *"─" * (last - first - 2), "┤"][: last - first]
    return "".join(cells).rstrip()


def _places(span: Span, end: float, length: int) -> tuple[int, int]:
    if not end:
        return 0, 1
    first = max(0, min(length - 1, round(span.begin / end * length)))
    return first, max(first + 1, min(length, round(span.end / end * length)))
