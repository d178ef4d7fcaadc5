"""What a service left, as evidence: its streams compared with the engine's own store, its end, its samples."""

import json
import time
from collections.abc import Iterable

from scenarios.engines.base import Engine, Session
from scenarios.errors import LabFailure
from scenarios.evidence import ServiceEvidence, Stream
from scenarios.run.looks import Looks
from scenarios.run.spool import Spool
from scenarios.run.transcript import Transcript
from scenarios.scenario import Service

KILLED = 128 + 9  # the exit status that SIGKILL makes
# How long the live stream may lag behind the engine's own store before the logs count as truncated, in seconds.
STREAM_LAG = 2.0
STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")
# An engine reads its own store of a flood several times slower than the flood came (Docker 20.10: 2 GB came in 50 s and
# took 200 s to read again), and all of it to find the few lines of the other stream (80 s). So of a flood only the
# first bytes of what floods are read again, and the evidence says how many; of every other program, all is. What is not
# read again is known to be whole for another reason: it came, in order, on the one connection that also brought the
# sealed report of the program's end, or that still stands.
COMPARED = 16 * 1024 * 1024
# How long what was written before may take to come, in seconds.
MARKED_WITHIN = 10.0
# What a pipe holds on Linux (pipe(7)), a page kept free, and longer than programs of the lab wait before they try again
# to write into one that was full (servers/event_queue.py), in seconds.
PIPE, HELD_BACK = 60 * 1024, 0.04
STILL_RUNNING = "the program was still running when the lab gave up"
COMPARED_WITHIN = 30.0  # seconds: a program that still floods while the lab collects is not followed for ever
BROKEN = "the live stream is not what the engine keeps"
NOT_ASCII = bytes(range(0x80, 0x100))
BETWEEN_READS = 0.05  # seconds, when the store lags behind the stream
# An engine may keep a line back until its end has come, but no more of one than this (Docker: 16 KiB).
KEPT_BACK = 64 * 1024


class Collector:
    """Asks the engine for what a service left."""

    def __init__(self, engine: Engine, session: Session, transcript: Transcript, looks: Looks) -> None:
        """Asks nothing yet."""
        self._engine, self._session, self._transcript, self._looks = engine, session, transcript, looks
        self._compared: dict[str, dict[Stream, int]] = {}

    def collect(self, service: Service, *, cut_short: bool = False) -> tuple[ServiceEvidence, LabFailure | None]:
        """What a started service left, and why the lab cannot be sure of it, if so.

        Of a run that was `cut_short`, what still runs is not compared: it may print faster than anybody can read.
        """
        if cut_short and not self._transcript[service.name].ended:
            return self.left_by(service, STILL_RUNNING), None
        why, out_of_memory, problem = None, False, None
        try:
            if not self._transcript[service.name].ended:
                self._settle(service.name)
            why = self._why_truncated(service.name)
            if self._transcript[service.name].exit_status == KILLED:
                out_of_memory = self._session.out_of_memory(service.name)
        except LabFailure as failure:
            why, problem = str(failure), failure
        if why == BROKEN:
            problem = LabFailure(f"the engine lost sight of {service.name}: {why}")
        self._looks.finish(service.name)
        return self.left_by(service, why, out_of_memory=out_of_memory), problem

    def _settle(self, name: str) -> None:
        """Returns once all has come that a program which still runs had written: a pipe may hold some of it while both
        the live stream and the engine's store lack it. Raises LabFailure.
        """
        said = self._transcript[name]
        mark = json.dumps({"event": "collected", "seal": self._transcript.seal})
        since, before = said.stdout.last, said.stdout.came
        self._session.mark(name, mark)
        if not self._transcript.holds_within(MARKED_WITHIN, lambda: said.ended or said.has("collected")):
            raise LabFailure(f"what {name} wrote last did not come within {MARKED_WITHIN:g} s")
        # Of a pipe that was full, a program may still hold back what it could not write; it tries again soon. If
        # nothing came but the mark on its line, there has been room in the pipe since the last bytes before it came.
        if said.stdout.came > before + len(mark) + 2:
            since = said.stdout.last
        while said.stdout.came > PIPE and self._goes_on(said.stdout, since + HELD_BACK - time.monotonic()):
            since = said.stdout.last

    def _goes_on(self, spool: Spool, within: float) -> bool:
        """Whether more comes within the time in which a program tries again, in seconds; never said of a flood."""
        before = spool.came
        return before < COMPARED and self._transcript.holds_within(within, lambda: spool.came > before)

    def left_by(
        self, service: Service, why: str | None, *, started: bool = True, out_of_memory: bool = False
    ) -> ServiceEvidence:
        """What has arrived of a service; `why` its logs are truncated, None when they are complete."""
        said = self._transcript[service.name]
        return ServiceEvidence(
            name=service.name,
            image=service.image,
            platform=self._engine.platform(service),
            command=("python", "-m", service.module, *service.args),
            started=started,
            exit_status=said.exit_status,
            out_of_memory=out_of_memory,
            logs="truncated" if why or not started else "complete",
            truncated=why,
            wrote={"stdout": said.stdout.came, "stderr": said.stderr.came},
            compared=self._compared.get(service.name, {}),
            cut_off=said.stdout.over or said.stderr.over,
            events=said.events,
            events_left_out=said.events_left_out,
            stdout_tail=said.stdout.tail.text,
            stderr_tail=said.stderr.tail.text,
            samples=self._looks.taken_of(service.name),
            missed=self._looks.missed_of(service.name),
            impossible=self._looks.impossible_of(service.name),
        )

    def _why_truncated(self, name: str) -> str | None:
        """None when the live streams are, byte for byte, what the engine's store gives, and what of a flood was not
        compared came on a connection that nothing broke.
        """
        said, compared = self._transcript[name], dict.fromkeys(STREAMS, 0)
        self._compared[name] = compared
        flood = said.stdout.came + said.stderr.came > 2 * COMPARED
        for stream, spool in zip(STREAMS, (said.stdout, said.stderr), strict=True):
            if flood and spool.came <= COMPARED:
                continue
            # Of a stream that is cut off, the rest is known to be missing.
            if not spool.over:
                same = self._agrees(spool, name, stream)
                if same is None and not spool.over:
                    return BROKEN
                compared[stream] = same or 0
            if spool.over:
                return f"of the {spool.came} bytes of {stream} the first {spool.kept} are kept"
        if flood and said.vanished:
            first = f"the first {compared['stdout']} bytes of stdout"
            return f"the connection ended, and no more than {first} were compared"
        return None

    def _agrees(self, spool: Spool, name: str, stream: Stream) -> int | None:
        """How many bytes are the same in the store: as many as had come, or the first of a flood; else None.

        The store may lag behind the stream: then it is read again.
        """
        wanted, until = min(_lines_of(spool), COMPARED), time.monotonic() + STREAM_LAG
        while True:
            same = self._same(spool, self._session.log(name, stream))
            if same is None:
                same = self._same_text(spool, self._session.log(name, stream))
            if same is None or same >= wanted:
                return same
            if time.monotonic() > until:
                return None
            time.sleep(BETWEEN_READS)

    def _same(self, spool: Spool, stored: Iterable[bytes]) -> int | None:
        """Compares with the stream's own file, part by part: neither side is ever in memory as a whole."""
        position, until = 0, time.monotonic() + COMPARED_WITHIN
        for part in stored:
            if time.monotonic() > until:
                return None
            if not self._has_come(spool, position + len(part)) or spool.read(position, len(part)) != part:
                return None
            position += len(part)
            if position >= COMPARED:
                break
        return position

    def _same_text(self, spool: Spool, stored: Iterable[bytes]) -> int | None:
        """As `_same`, but for what is no ASCII: an engine that keeps text (Docker's json-file) has other bytes for what
        is no UTF-8, and for a character that it cut in two within a line of more than 16 KiB.
        """
        position, until = 0, time.monotonic() + COMPARED_WITHIN
        for part in stored:
            wanted, found = part.translate(None, NOT_ASCII), b""
            while len(found) < len(wanted):
                length = len(wanted) - len(found)
                if time.monotonic() > until or not self._has_come(spool, position + length):
                    return None
                found += spool.read(position, length).translate(None, NOT_ASCII)
                position += length
            if found != wanted:
                return None
            if position >= COMPARED:
                break
        return position

    def _has_come(self, spool: Spool, length: int) -> bool:
        return spool.kept >= length or self._transcript.holds_within(STREAM_LAG, lambda: spool.kept >= length)


def _lines_of(spool: Spool) -> int:
    """The length of what has come, without a last line that is not ended."""
    kept = spool.kept
    end = spool.read(max(0, kept - KEPT_BACK), min(kept, KEPT_BACK))
    return kept - len(end) + end.rfind(b"\n") + 1
