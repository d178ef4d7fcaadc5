"""Snapshots of a run's processes, taken from outside, in the background, at the moments that the run names."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from scenarios.engines.base import Session
from scenarios.errors import Unavailable
from scenarios.pipeline.run.transcript import Transcript
from scenarios.results.sample import Sample, sample_of
from scenarios.system.signals import result_of


@dataclass(frozen=True)
class Snapshot:
    service: str
    moment: str
    sample: Future[Sample | None]


class Snapshots:
    def __init__(self, session: Session, transcript: Transcript, pool: ThreadPoolExecutor) -> None:
        self._session, self._transcript, self._pool = session, transcript, pool
        self._snapshots: list[Snapshot] = []
        self._awaited = 0
        self._impossible: dict[tuple[str, str], str] = {}

    def begin(self, service: str, moment: str) -> None:
        """Begins to take one, unless the program has not begun or has ended."""
        said = self._transcript[service]
        if said.has("started") and not said.ended:
            sample = self._pool.submit(self._sample, service, moment)
            self._snapshots.append(Snapshot(service, moment, sample))

    def _sample(self, service: str, moment: str) -> Sample | None:
        pid = int(self._transcript[service].event("started")["pid"])
        try:
            return sample_of(moment, self._session.snapshot(service, pid))
        except Unavailable as reason:
            self._impossible[service, moment] = str(reason)
            return None

    def results(self) -> None:
        """Returns once all snapshots are taken; raises what the first of them raised."""
        for snapshot in self._snapshots[self._awaited :]:
            result_of(snapshot.sample)
        self._awaited = len(self._snapshots)

    def finish(self, service: str, within: float | None = None) -> None:
        """Returns once a service's snapshots are taken or have failed, or after so many seconds."""
        wait([snapshot.sample for snapshot in self._snapshots if snapshot.service == service], within)

    def saw_end(self, service: str) -> bool:
        """Whether a snapshot that was taken found that the program had ended, or was ending."""
        mine = [
            one for one in self._snapshots if one.service == service and (service, one.moment) not in self._impossible
        ]
        done = [one.sample for one in mine if one.sample.done() and not one.sample.cancelled()]
        return any(one.exception() is None and one.result() is None for one in done)

    def samples_of(self, service: str) -> tuple[Sample, ...]:
        done = [one.sample for one in self._snapshots if one.service == service and one.sample.done()]
        taken = [one.result() for one in done if not one.cancelled() and one.exception() is None]
        return tuple(sample for sample in taken if sample is not None)

    def missed_of(self, service: str) -> dict[str, str]:
        """The moments at which the lab could not look, each with the reason; a program that had ended is none."""
        reasons = {one.moment: self._why_missed(one) for one in self._snapshots if one.service == service}
        return {moment: reason for moment, reason in reasons.items() if reason}

    def impossible_of(self, service: str) -> dict[str, str]:
        """The moments at which this machine lets nobody look, each with the reason."""
        return {moment: reason for (name, moment), reason in self._impossible.items() if name == service}

    def _why_missed(self, snapshot: Snapshot) -> str | None:
        if (snapshot.service, snapshot.moment) in self._impossible:
            return None
        if snapshot.sample.cancelled() or not snapshot.sample.done():
            return "the snapshot was cut short"
        if error := snapshot.sample.exception():
            return str(error)
        if snapshot.sample.result() or self._transcript[snapshot.service].exit_status is not None:
            return None
        return "the snapshot lacks numbers that every process has"
