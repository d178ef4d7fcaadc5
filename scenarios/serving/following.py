"""Follows a run through the files of its directory: its manifest, its services' output and samples, its record."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from scenarios import families
from scenarios.definition.scenario import STREAMS, Stream
from scenarios.families.base import MISUNDERSTOOD, Family, tell
from scenarios.report import result_table
from scenarios.report.content import UNFINISHED
from scenarios.results import manifest, phases, run_directories, time_series
from scenarios.results.events import event_in, shortened
from scenarios.results.evidence import LOGS
from scenarios.system.files import open_plain, read_json

# A message has a `kind` (run, event, line, sample, left-out, ended) and what belongs to it.
Message = dict[str, Any]
# The most bytes of a stream's beginning and of its end that one update reads, and the most lines of each that it shows.
MOST_BYTES, MOST_LINES = 128 * 1024, 50
# The most points of a curve in one message.
MOST_POINTS = 200
# The resources that a gauge shows, in the order in which a point of its curve has them after its second.
GAUGED = ("descriptors", "sockets")


def under_way() -> Path | None:
    """The newest run in progress, else the newest run; None if there are no runs."""
    newest, living = run_directories.newest(20), run_directories.living()
    running = [path for path in newest if run_directories.run_of(path) in living and not is_over(path)]
    return next(iter([*running, *newest]), None)


def is_over(directory: Path) -> bool:
    """Whether a run has its record."""
    return os.access(directory / run_directories.RECORD, os.F_OK)


class _Growing:
    """A file that is read as it grows; of a flood, only its beginning and its end."""

    def __init__(self, path: Path) -> None:
        self._path, self._position, self._begun = path, 0, b""

    def lines(self) -> tuple[list[bytes], int]:
        """The lines completed since the last call, and how many bytes were skipped between them."""
        try:
            with open_plain(self._path) as file:
                file.seek(self._position)
                data, end = file.read(MOST_BYTES), file.seek(0, os.SEEK_END)
                skipped = max(0, end - self._position - len(data) - MOST_BYTES)
                file.seek(self._position + len(data) + skipped)
                last = file.read(end - file.tell())
        except OSError:
            return [], 0
        self._position += len(data) + skipped + len(last)
        if skipped:  # with neither half of the lines that were cut
            data, last = data.rpartition(b"\n")[0] + b"\n", last.partition(b"\n")[2]
        *lines, self._begun = (self._begun + data + last).split(b"\n")
        self._begun = self._begun[-MOST_BYTES:]
        return lines, skipped


class Following:
    """One run from its beginning on; `over` once its record was read. Without one, a killed run ends `unfinished`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._path = f"{directory.parent.name}/{directory.name}"
        self._logs: dict[tuple[str, Stream], _Growing] = {}
        self._series = _Growing(directory / time_series.SERIES_FILE)
        self._phases = _Growing(directory / phases.PHASES_FILE)
        self._most: dict[tuple[str, str], float] = {}
        self._manifest: Mapping[str, Any] | None = None
        self._family: Family | None = None
        self.over = self._is_dead = False

    def news(self) -> Iterator[Message]:
        if self._manifest is None:
            yield from self._begin()
        # Both before reading the logs, so that no line is missed.
        is_dead = self._manifest is not None and run_directories.run_of(self.directory) not in run_directories.living()
        over = is_over(self.directory)
        for at, doing in filter(None, map(phases.parse_line, self._phases.lines()[0])):
            yield {"kind": "phase", "at": at, "doing": doing}
        for (service, stream), log in self._all_logs().items():
            yield from self._lines(service, stream, log)
        yield from self._samples()
        if (over and not self.over) or (is_dead and not self._is_dead and not over):
            yield self._end()
        self.over, self._is_dead = over, is_dead

    def _begin(self) -> Iterator[Message]:
        self._manifest = manifest.load(self.directory)
        if self._manifest is not None:
            with suppress(KeyError):
                self._family = families.find(str(self._manifest.get("family")))
            begun = run_directories.begun_at(self.directory).timestamp()
            run = {"run": run_directories.run_of(self.directory), "path": self._path, "begun": begun}
            rows = self._compared(self._manifest.get("predicted"), None)
            yield {"kind": "run", **run, **self._manifest, "rows": rows}

    def _samples(self) -> Iterator[Message]:
        """The newest sample of each service, with the points of the curve since the last call."""
        newest: dict[str, Message] = {}
        points: dict[str, list[Any]] = {}
        for data in filter(None, map(time_series.parse_line, self._series.lines()[0])):
            if "cost" not in data:
                service = str(data["service"])
                newest[service] = {"kind": "sample", **data, "most": self._most_of(service, data)}
                points.setdefault(service, []).append([data["at"], *(data.get(what) for what in GAUGED)])
        for service, message in newest.items():
            yield {**message, "points": _thinned(points[service])}

    def _most_of(self, service: str, data: Mapping[str, Any]) -> dict[str, float]:
        for what in GAUGED:
            if what in data:
                self._most[service, what] = max(data[what], self._most.get((service, what), 0))
        return {what: self._most[service, what] for what in GAUGED if (service, what) in self._most}

    def _all_logs(self) -> Mapping[tuple[str, Stream], _Growing]:
        """In the scenario's order, in which servers come first: what was there before has no order of its own."""
        names = list((self._manifest or {}).get("services", ()))
        for stream in STREAMS:
            for path in (self.directory / LOGS).glob(f"*.{stream}"):
                self._logs.setdefault((path.stem, stream), _Growing(path))
        return dict(sorted(self._logs.items(), key=lambda one: names.index(one[0][0]) if one[0][0] in names else -1))

    def _lines(self, service: str, stream: Stream, log: _Growing) -> Iterator[Message]:
        """Messages for the lines since the last call; of a flood, for the first and the last ones."""
        source = {"service": service, "stream": stream}
        lines, skipped = log.lines()
        shown = [source | message for line in lines if (message := self._message(service, stream, line))]
        last = shown[max(MOST_LINES, len(shown) - MOST_LINES) :]
        yield from shown[:MOST_LINES]
        left_out = len(shown[MOST_LINES:]) - len(last)
        if left_out or skipped:
            yield {"kind": "left-out", **source, "bytes": skipped, "lines": left_out}
        yield from last

    def _message(self, service: str, stream: Stream, line: bytes) -> Message | None:
        event = event_in(line) if stream == "stdout" else None
        if event is not None:
            told = tell(self._family, service, event) if self._family else None
            return {"kind": "event", "event": event["event"], "told": told}
        text = line.decode(errors="replace").strip("\r")
        return {"kind": "line", "text": shortened(text)} if text.strip() else None

    def _end(self) -> Message:
        record: Any = None
        with suppress(OSError, ValueError):
            record = read_json(self.directory / run_directories.RECORD)
        kept = record if isinstance(record, dict) else {"verdict": UNFINISHED}
        told = {key: kept.get(key) for key in ("verdict", "problem", "measured", "predicted", "seconds")}
        rows = self._compared(told["predicted"], told["measured"])
        return {"kind": "ended", "path": self._path, **told, "rows": rows, "headline": _headline(rows)}

    def _compared(self, predicted: Any, measured: Any) -> list[tuple[str, str, str]]:
        """The rows of the table of predictions and measurements; none if the family is unknown."""
        with suppress(*MISUNDERSTOOD, AttributeError):
            return list(result_table.rows(self._family.quantities if self._family else (), predicted or {}, measured))
        return []


def _thinned(points: list[Any]) -> list[Any]:
    """Evenly spaced points and, of each resource, the highest, so that no peak is lost."""
    step = -(-len(points) // MOST_POINTS)
    highest = [max(points, key=lambda one: one[place] or 0) for place in range(1, 1 + len(GAUGED))]
    return sorted({id(one): one for one in (*points[::step], *highest, points[-1])}.values(), key=lambda one: one[0])


def _headline(rows: list[tuple[str, str, str]]) -> str:
    """The result of the run in words, such as `served 1020 clients`: the first measured value."""
    return next((f"{what.strip()} {measured}" for what, _, measured in rows if measured not in ("", "-")), "")
