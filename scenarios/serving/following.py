"""A run followed while it runs, by its directory alone: what it set out with, what its services say, how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from scenarios import courses, families, outset, rundirs
from scenarios.events import STREAMS, Stream, event_in, shortened
from scenarios.evidence import LOGS, log_file
from scenarios.families.base import MISUNDERSTOOD, Family, tell
from scenarios.files import read_json
from scenarios.report import comparison

# One message of a run: its `kind` (run, event, line, left-out, ended) and what belongs to it.
Message = dict[str, Any]
# Of what a service prints between two looks so many bytes are read, of which so many lines are shown.
MOST_BYTES, MOST_LINES = 256 * 1024, 50
# What a gauge shows of a service.
GAUGED = ("descriptors", "sockets")


def under_way() -> Path | None:
    """The newest run that has not ended, else the newest of all; None where there are no runs."""
    newest = rundirs.newest(20)
    running = [path for path in newest if is_begun(path) and not is_over(path)]
    return next(iter([*running, *newest]), None)


def is_begun(directory: Path) -> bool:
    """Whether it is known what the run set out with."""
    return (directory / outset.OUTSET_FILE).exists()


def is_over(directory: Path) -> bool:
    """Whether a run has its record."""
    return (directory / rundirs.RECORD).exists()


class Following:
    """One run, from its beginning on."""

    def __init__(self, directory: Path) -> None:
        """Nothing was read yet."""
        self.directory = directory
        self._logs: dict[tuple[str, Stream], _Log] = {}
        self._course = _Growing(directory / courses.COURSE_FILE)
        self._most: dict[tuple[str, str], float] = {}
        self._set_out: Mapping[str, Any] | None = None
        self._family: Family | None = None
        self.over = False

    def news(self) -> Iterator[Message]:
        """What came since the last time."""
        if self._set_out is None:
            yield from self._begin()
        over = is_over(self.directory)  # before the logs are read, so that none of them is missed
        for log in self._all_logs():
            yield from log.news(self._family)
        yield from self._samples()
        if over and not self.over:
            self.over = True
            yield from self._end()

    def _begin(self) -> Iterator[Message]:
        self._set_out = outset.load(self.directory)
        if self._set_out is not None:
            with suppress(KeyError):
                self._family = families.find(str(self._set_out.get("family")))
            run = {"run": rundirs.run_of(self.directory), "path": self._path}
            rows = self._compared(self._set_out.get("predicted"), None)
            yield {"kind": "run", **run, **self._set_out, "rows": rows}

    def _samples(self) -> Iterator[Message]:
        """What was seen in passing since the last time; of each service the newest and the most make a gauge."""
        newest: dict[str, Message] = {}
        for data in filter(None, map(courses.parsed, self._course.lines())):
            if "cost" not in data:
                service = str(data["service"])
                newest[service] = {"kind": "sample", **data, "most": self._most_of(service, data)}
        yield from newest.values()

    def _most_of(self, service: str, data: Mapping[str, Any]) -> dict[str, float]:
        """How many descriptors and sockets it has had so far at the same time."""
        for what in GAUGED:
            if what in data:
                self._most[service, what] = max(data[what], self._most.get((service, what), 0))
        return {what: self._most[service, what] for what in GAUGED if (service, what) in self._most}

    @property
    def _path(self) -> str:
        return f"{self.directory.parent.name}/{self.directory.name}"

    def _all_logs(self) -> list[_Log]:
        for stream in STREAMS:
            for path in sorted((self.directory / LOGS).glob(f"*.{stream}")):
                self._logs.setdefault((path.stem, stream), _Log(self.directory, path.stem, stream))
        return list(self._logs.values())

    def _end(self) -> Iterator[Message]:
        record: Any = None
        with suppress(OSError, ValueError):
            record = read_json(self.directory / rundirs.RECORD)
        if isinstance(record, dict):
            kept = {key: record.get(key) for key in ("verdict", "problem", "measured", "predicted", "seconds")}
            rows = self._compared(kept["predicted"], kept["measured"])
            yield {"kind": "ended", "path": self._path, **kept, "rows": rows}

    def _compared(self, predicted: Any, measured: Any) -> list[tuple[str, str, str]]:
        """What a table says of both, in words; nothing where the family does not know them."""
        with suppress(*MISUNDERSTOOD, AttributeError):
            return list(comparison.rows(self._family.quantities if self._family else (), predicted or {}, measured))
        return []


class _Growing:
    """A file that is read as it grows, and of what came in a flood the end."""

    def __init__(self, path: Path) -> None:
        self._path, self._position, self._begun = path, 0, b""
        self.left_out = 0

    def lines(self) -> list[bytes]:
        """Those that were completed since the last time; `left_out` are the bytes that were passed over."""
        data = self._read()
        *lines, self._begun = (self._begun + data).split(b"\n")
        return lines

    def _read(self) -> bytes:
        self.left_out = 0
        try:
            with self._path.open("rb") as file:
                end = file.seek(0, 2)
                begin = max(self._position, end - MOST_BYTES)
                self.left_out = begin - self._position
                file.seek(begin)
                data = file.read(end - begin)
        except OSError:
            return b""
        self._position = begin + len(data)
        if self.left_out or len(self._begun) > MOST_BYTES:
            self._begun = b""
        return data


class _Log:
    """One stream of a service."""

    def __init__(self, directory: Path, service: str, stream: Stream) -> None:
        self._file, self._service, self._stream = _Growing(log_file(directory, service, stream)), service, stream

    def news(self, family: Family | None) -> Iterator[Message]:
        """The lines that were completed since the last time; of a flood the last ones."""
        lines, left_out = self._file.lines(), self._file.left_out
        shown = [message for line in lines if (message := self._message(line, family))]
        if left_out or len(shown) > MOST_LINES:
            of = {"service": self._service, "stream": self._stream}
            yield {"kind": "left-out", **of, "bytes": left_out, "lines": max(0, len(shown) - MOST_LINES)}
        yield from shown[-MOST_LINES:]

    def _message(self, line: bytes, family: Family | None) -> Message | None:
        of = {"service": self._service, "stream": self._stream}
        event = event_in(line) if self._stream == "stdout" else None
        if event is not None:
            told = tell(family, self._service, event) if family else None
            return {"kind": "event", **of, "event": event["event"], "told": told}
        text = line.decode(errors="replace").strip("\r")
        return {"kind": "line", **of, "text": shortened(text)} if text.strip() else None
