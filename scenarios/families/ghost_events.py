"""Descriptors that are closed while epoll watches them and a copy lives: what epoll reports, and how it ends."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Scenario, Values
from scenarios.families.common import bands, joined, quantity_pictures
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Each, Exactly, Json, Quantity
from scenarios.pictures import Bars, Picture
from scenarios.theory.descriptors import STANDARD_STREAMS

EBADF = "[Errno 9] Bad file descriptor"
GHOSTS, CURED = "closed while a copy lives", "unregistered before"
# Of each kind an epoll set, and `count` pipes with a reading end, its copy and a writing end.
SETS, PER_COUNT = 2, 2 * 3
# The moments at which the lab looks at the epoll sets, in words.
MOMENTS = {"registered": "at first", "closed": "after the close", "copies-closed": "after the copies' close"}


class GhostEvents(Plain):
    """`reported` counts events of closed descriptors, `again` those of the next call; `watched` is the kernel's count.

    `refusals` are the texts with which the kernel refused to unregister a closed descriptor.
    """

    name = "ghost_events"
    parameters: Mapping[str, Kind] = {"count": Kind("descriptors of each kind", whole_number, 1, 150)}
    services = frozenset({"program"})
    quantities = (
        Quantity("reported", label="closed and reported", unit="descriptors", noun="closed descriptors reported"),
        Quantity("again", label="reported again", unit="descriptors", noun="closed descriptors reported again"),
        Quantity("refusals", label="unregister", read=joined(", ")),
        Quantity("watched", unit="descriptors", noun="descriptors watched"),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        count, limit = scenario.number("count"), scenario.services["program"].nofile
        needed = STANDARD_STREAMS + SETS + PER_COUNT * count
        if needed > limit:
            return f"count is {count}: that takes {needed} descriptors, and the program's nofile is {limit}"
        return None

    def predict(self, known: Known) -> Prediction:
        """epoll(7), questions 6 and 7: an entry lives until every descriptor of its open file is closed."""
        count = known.scenario.number("count")
        watched = dict(zip(MOMENTS.values(), (2 * count, count, 0), strict=True))
        return Prediction(
            expected={
                "reported": Each({GHOSTS: Exactly(count), CURED: Exactly(0)}),
                "again": Exactly(count),
                "refusals": Exactly([EBADF]),
                "watched": Each({moment: Exactly(number) for moment, number in watched.items()}),
                "error": Exactly(None),
            },
            reason="an entry of epoll belongs to the open file behind a descriptor, and lives as long. After the close "
            "the number is no descriptor any more, so it cannot be unregistered.",
            facts={"count": count},
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        program = evidence.services["program"]
        told = program.last("copies-closed") or {}
        looks = {words: program.looked(moment) for moment, words in MOMENTS.items()}
        reported = told.get("reported", {})
        return {
            "reported": {
                words: reported[one] for one, words in (("ghosts", GHOSTS), ("cured", CURED)) if one in reported
            },
            "again": told.get("again"),
            "refusals": told.get("refusals"),
            "watched": {words: look.watched for words, look in looks.items() if look},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] != "copies-closed":
            return None
        return f"{service}: epoll reported {event['reported']['ghosts']} closed descriptors"

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        title = "closed descriptors that epoll reports"
        return (
            Bars(title, "descriptors", measured["reported"], bands(predicted["reported"])),
            *quantity_pictures(self.quantities[3:], measured, predicted),
        )


FAMILY: Family = GhostEvents()
