"""Looks at a run's processes from outside, taken in the background at the moments that the run names."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from scenarios.engines.base import Session
from scenarios.errors import Unavailable
from scenarios.evidence import Sample
from scenarios.run import samples
from scenarios.run.transcript import Transcript


@dataclass(frozen=True)
class Look:
    """One look at a service, under way or done."""

    service: str
    moment: str
    sample: Future[Sample | None]


class Looks:
    """All looks of a run, in the order in which they were asked for."""

    def __init__(self, session: Session, transcript: Transcript, pool: ThreadPoolExecutor) -> None:
        """The pool's threads take the looks."""
        self._session, self._transcript, self._pool = session, transcript, pool
        self._looks: list[Look] = []
        self._awaited = 0
        self._impossible: dict[tuple[str, str], str] = {}

    def look(self, service: str, moment: str) -> None:
        """Begins to take a sample, unless the program has not begun or has ended."""
        said = self._transcript[service]
        if said.has("started") and not said.ended:
            sample = self._pool.submit(self._sample, service, moment)
            self._looks.append(Look(service, moment, sample))

    def _sample(self, service: str, moment: str) -> Sample | None:
        pid = int(self._transcript[service].event("started")["pid"])
        try:
            return samples.parse(moment, self._session.look(service, pid))
        except Unavailable as reason:
            self._impossible[service, moment] = str(reason)
            return None

    def results(self) -> None:
        """Returns once all looks are done; raises what the first of them raised."""
        for look in self._looks[self._awaited :]:
            look.sample.result()
        self._awaited = len(self._looks)

    def finish(self, service: str) -> None:
        """Returns once the looks at a service are done, whatever came of them."""
        wait([look.sample for look in self._looks if look.service == service])

    def taken_of(self, service: str) -> tuple[Sample, ...]:
        """The samples that could be taken, in order."""
        done = [look.sample for look in self._looks if look.service == service and look.sample.done()]
        return tuple(
            sample
            for one in done
            if not one.cancelled() and one.exception() is None and (sample := one.result()) is not None
        )

    def missed_of(self, service: str) -> dict[str, str]:
        """The moments at which the lab could not look, each with the reason; a program that had ended is none."""
        mine = [look for look in self._looks if look.service == service]
        reasons = {look.moment: self._why_missed(look) for look in mine}
        return {moment: reason for moment, reason in reasons.items() if reason}

    def impossible_of(self, service: str) -> dict[str, str]:
        """The moments at which nobody can look on this machine, each with the reason."""
        return {moment: reason for (name, moment), reason in self._impossible.items() if name == service}

    def _why_missed(self, look: Look) -> str | None:
        if (look.service, look.moment) in self._impossible:
            return None
        if look.sample.cancelled() or not look.sample.done():
            return "the look was cut short"
        if error := look.sample.exception():
            return str(error)
        if look.sample.result() or self._transcript[look.service].exit_status is not None:
            return None
        return "what the look said cannot be understood"
