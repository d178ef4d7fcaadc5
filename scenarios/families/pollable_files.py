"""select, poll and epoll are asked about files, pipes, sockets and kernel objects: ready, not yet, or an error."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Each, Exactly, Json, Quantity
from scenarios.pictures import Grid, Picture
from scenarios.results.evidence import ServiceEvidence

# epoll_ctl(2): EPERM for a file that does not support poll, such as a regular file.
EPERM = "[Errno 1] Operation not permitted"
ALWAYS, WAITS = "always ready", "waits until there is something to read"
MECHANISMS = ("select", "poll", "epoll")
# The kernel has no `poll` operation for these; select(2) and poll(2) then take them as ready. It has one for a file
# behind FUSE (Linux, fuse_file_poll()), which epoll takes, so the program's regular file is in memory.
WITHOUT_POLL = ("regular file", "/dev/null")
WITH_POLL = ("pipe", "socket", "eventfd", "timerfd")
MOMENTS = ("at first", "after")
SHORT = {ALWAYS: "always ready", WAITS: "waits", EPERM: "EPERM"}  # in the picture


class PollableFiles(Plain):
    """`answers` has what each mechanism says of each kind of descriptor, in words."""

    name = "pollable_files"
    parameters: Mapping[str, Kind] = {"copies": Kind("descriptors of each kind", whole_number, 1, 100)}
    services = frozenset({"program"})
    quantities = (Quantity("answers"), ERROR)

    def predict(self, known: Known) -> Prediction:
        """Linux, vfs_poll(): a file without a poll operation is DEFAULT_POLLMASK, ready to read and to write."""
        answers = {f"{one}: {kind}": ALWAYS for one in ("select", "poll") for kind in WITHOUT_POLL}
        answers |= {f"epoll: {kind}": EPERM for kind in WITHOUT_POLL}
        answers |= {f"{one}: {kind}": WAITS for one in MECHANISMS for kind in WITH_POLL}
        watched = len(WITH_POLL) * known.scenario.number("copies")
        return Prediction(
            expected={
                "answers": Each({name: Exactly(words) for name, words in answers.items()}),
                "error": Exactly(None),
            },
            reason="pipes, sockets, eventfd and timerfd tell the kernel when they become ready. A regular file and "
            "/dev/null do not: select and poll count them as ready, and epoll refuses them.",
            facts={"watched": watched},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        first, after = (_asked(evidence.services["program"], moment) for moment in MOMENTS)
        return {
            "answers": {name: _words(first[name], after.get(name)) for name in first},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        return f"{service}: asked all three {event['moment']}" if event["event"] == "asked" else None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        rows, foreseen = (
            {kind: [SHORT.get(words := one["answers"].get(f"{by}: {kind}", ""), words) for by in MECHANISMS]
             for kind in (*WITHOUT_POLL, *WITH_POLL)} for one in (measured, predicted)
        )  # fmt: skip
        return (Grid("may a loop wait for it?", MECHANISMS, rows, foreseen),)


def _asked(service: ServiceEvidence, moment: str) -> dict[str, Json]:
    """Each mechanism's answer about each kind at that moment."""
    for event in service.events:
        if event["event"] == "asked" and event["moment"] == moment:
            return {f"{one}: {kind}": answer for one, of in event["answers"].items() for kind, answer in of.items()}
    return {}


def _words(first: Json, after: Json) -> str:
    """Two answers in words; answers other than ready and not yet stay as they are."""
    if first is True and after is True:
        return ALWAYS
    if first is False and after is True:
        return WAITS
    return str(first) if first == after else f"{first}, then {after}"


FAMILY: Family = PollableFiles()
