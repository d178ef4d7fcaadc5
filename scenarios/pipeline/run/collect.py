"""Collects a service's evidence: its streams, compared with the engine's own store, its end, and its samples."""

import json
import time
from collections.abc import Iterable

from scenarios.definition.scenario import STREAMS, Service, Stream
from scenarios.engines.base import Engine, Session
from scenarios.errors import LabFailure
from scenarios.judging.failures import TRACEBACK
from scenarios.pipeline.run.snapshots import Snapshots
from scenarios.pipeline.run.spool import Spool
from scenarios.pipeline.run.transcript import Transcript
from scenarios.results.evidence import ServiceEvidence

KILLED = 128 + 9  # the exit status that SIGKILL makes
# Seconds that the live stream may lag behind the engine's own store before the logs count as truncated.
STREAM_LAG = 2.0
# An engine reads its own store of a flood several times slower than the flood came (Docker 20.10: 2 GB came in 50 s and
# took 200 s to read again), and reads all of it to find the few lines of the other stream (80 s). So of a stream that
# floods, only the first bytes are compared, and the evidence says how many; every other stream is compared whole. The
# rest of a flood counts as whole for another reason: it came in order on the one connection that also brought the
# sealed report of the program's end, or that is still open.
COMPARED = 16 * 1024 * 1024
MARKED_WITHIN = 10.0  # seconds in which bytes that were written before the mark must arrive
# Seconds in which the report of an end must arrive that a snapshot, or a traceback, has announced.
REPORTED_WITHIN = 3.0
# Seconds that the lab waits for the last samples of a program that it gives up.
SAMPLED_WITHIN = 2.0
# Before the traceback of an exception that ends a thread, a task or a greenlet, and not the program.
OF_A_THREAD = ("Exception in thread", "Task exception", "future:", "Exception ignored")
# PIPE is what a pipe holds on Linux (pipe(7)), less a page. HELD_BACK, in seconds, is longer than programs of the lab
# wait before they write again into a pipe that was full (servers/event_queue.py).
PIPE, HELD_BACK = 60 * 1024, 0.04
STILL_RUNNING = "the program was still running when the lab gave up"
COMPARED_WITHIN = 30.0  # seconds: a program may still flood while the lab collects
BROKEN = "the live stream is not what the engine keeps"
NOT_ASCII = bytes(range(0x80, 0x100))
BETWEEN_READS = 0.05  # seconds, when the store lags behind the stream
# An engine may hold back a line until its end has come, but no more of one than this (Docker: 16 KiB).
KEPT_BACK = 64 * 1024


class Collector:
    def __init__(self, engine: Engine, session: Session, transcript: Transcript, snapshots: Snapshots) -> None:
        self._engine, self._session, self._transcript, self._snapshots = engine, session, transcript, snapshots
        self._compared: dict[str, dict[Stream, int]] = {}

    def collect(self, service: Service, *, cut_short: bool = False) -> tuple[ServiceEvidence, LabFailure | None]:
        """The evidence of a started service, and the failure that makes it doubtful, if any.

        In a run that was `cut_short`, running programs are not compared: they may print faster than the lab can read.
        """
        if cut_short and not self._transcript[service.name].ended:
            self._snapshots.finish(service.name, SAMPLED_WITHIN)
            return self.left_by(service, STILL_RUNNING), None
        why, out_of_memory, problem = None, False, None
        try:
            self._hear_of_end(service.name)
            if not self._transcript[service.name].ended:
                self._settle(service.name)
                self._await_death(service.name)
            why = self._why_truncated(service.name)
            if self._transcript[service.name].exit_status == KILLED:
                out_of_memory = self._session.out_of_memory(service.name)
        except LabFailure as failure:
            why, problem = str(failure), failure
        if why == BROKEN:
            problem = LabFailure(f"the engine lost sight of {service.name}: {why}")
        return self.left_by(service, why, out_of_memory=out_of_memory), problem

    def _hear_of_end(self, name: str) -> None:
        """Returns once the snapshots are taken and, if one saw the program's end, its report has arrived."""
        self._snapshots.finish(name)
        if self._snapshots.saw_end(name):
            self._transcript.holds_within(REPORTED_WITHIN, lambda: self._transcript[name].ended)

    def _settle(self, name: str) -> None:
        """Waits for everything that a running program had written: a pipe may hold bytes that neither the live stream
        nor the engine's store has yet. Raises LabFailure.
        """
        said = self._transcript[name]
        mark = json.dumps({"event": "collected", "seal": self._transcript.seal})
        since, before = said.stdout.last, said.stdout.came
        self._session.mark(name, mark)
        if not self._transcript.holds_within(MARKED_WITHIN, lambda: said.ended or said.has("collected")):
            raise LabFailure(f"the last output of {name} did not arrive within {MARKED_WITHIN:g} s")
        # If the pipe was full, the program may still hold back bytes that it could not write; it tries again soon. If
        # nothing came but the mark's own line, the pipe has had room since the last bytes before the mark.
        if said.stdout.came > before + len(mark) + 2:
            since = said.stdout.last
        while said.stdout.came > PIPE and self._goes_on(said.stdout, since + HELD_BACK - time.monotonic()):
            since = said.stdout.last

    def _await_death(self, name: str) -> None:
        """Waits for the report of an end if the program's last words are a traceback that is not one of a thread's."""
        said = self._transcript[name]
        before, found, _ = said.stderr.tail.text.rpartition(TRACEBACK)
        if found and not before.rstrip().rpartition("\n")[2].startswith(OF_A_THREAD):
            self._transcript.holds_within(REPORTED_WITHIN, lambda: said.ended)

    def _goes_on(self, spool: Spool, within: float) -> bool:
        """Whether more comes within so many seconds; False for a flood."""
        before = spool.came
        return before < COMPARED and self._transcript.holds_within(within, lambda: spool.came > before)

    def left_by(
        self, service: Service, why: str | None, *, started: bool = True, out_of_memory: bool = False
    ) -> ServiceEvidence:
        """The evidence from what has arrived; `why` its logs are truncated, None when they are complete."""
        said = self._transcript[service.name]
        return ServiceEvidence(
            name=service.name,
            image=service.image,
            platform=self._engine.platform(service),
            command=("python", "-m", *service.words, *service.args),
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
            samples=self._snapshots.samples_of(service.name),
            missed=self._snapshots.missed_of(service.name),
            impossible=self._snapshots.impossible_of(service.name),
        )

    def _why_truncated(self, name: str) -> str | None:
        """None if the live streams equal the engine's store, and the rest of a flood came on an unbroken connection."""
        said, compared = self._transcript[name], dict.fromkeys(STREAMS, 0)
        self._compared[name] = compared
        flood = said.stdout.came + said.stderr.came > 2 * COMPARED
        for stream, spool in zip(STREAMS, (said.stdout, said.stderr), strict=True):
            if flood and spool.came <= COMPARED:
                continue
            # The rest of a stream that is cut off is known to be missing.
            if not spool.over:
                same = self._agrees(spool, name, stream)
                if same is None and not spool.over:
                    return BROKEN
                compared[stream] = same or 0
            if spool.over:
                return f"of the {spool.came} bytes of {stream} the first {spool.kept} are kept"
        if flood and said.vanished:
            first = f"the first {compared['stdout']} bytes of stdout"
            return f"the connection ended, and only {first} were compared"
        return None

    def _agrees(self, spool: Spool, name: str, stream: Stream) -> int | None:
        """How many bytes equal the store's: as many as had come, or the first part of a flood; else None.

        The store may lag behind the stream: then it is read again.
        """
        wanted, until = min(_lines_of(spool), COMPARED), time.monotonic() + STREAM_LAG
        while True:
            same = self._same(spool, self._session.log(name, stream))
            if same is None:
                # An engine that stores text (Docker's json-file) changes bytes that are not UTF-8, and characters that
                # it cuts in two in a line of more than 16 KiB.
                same = self._same(spool, self._session.log(name, stream), without=NOT_ASCII)
            if same is None or same >= wanted:
                return same
            if time.monotonic() > until:
                return None
            time.sleep(BETWEEN_READS)

    def _same(self, spool: Spool, stored: Iterable[bytes], without: bytes = b"") -> int | None:
        """Compares with the stream's own file, part by part, so that neither side is ever in memory as a whole."""
        position, until = 0, time.monotonic() + COMPARED_WITHIN
        for part in stored:
            wanted, found = part.translate(None, without), b""
            while len(found) < len(wanted):
                length = len(wanted) - len(found)
                if time.monotonic() > until or not self._has_come(spool, position + length):
                    return None
                found += spool.read(position, length).translate(None, without)
                position += length
            if found != wanted:
                return None
            if position >= COMPARED:
                break
        return position

    def _has_come(self, spool: Spool, length: int) -> bool:
        return spool.kept >= length or self._transcript.holds_within(STREAM_LAG, lambda: spool.kept >= length)


def _lines_of(spool: Spool) -> int:
    """The length of what has come, without an unfinished last line."""
    kept = spool.kept
    end = spool.read(max(0, kept - KEPT_BACK), min(kept, KEPT_BACK))
    return kept - len(end) + end.rfind(b"\n") + 1
