"""A program that opens descriptors up to its soft limit, lifts it to the hard limit, and goes on."""

from collections.abc import Mapping

from scenarios.definition.parameters import Kind, whole_number
from scenarios.definition.scenario import Scenario
from scenarios.families.base import Event, Evidence, Family, Known, Plain, Prediction, Values
from scenarios.families.common import bands
from scenarios.judging.failures import ERROR, first_failure
from scenarios.judging.quantities import Each, Exactly, Json, Quantity
from scenarios.pictures import Bars, Bound, Picture
from scenarios.theory.descriptors import EMFILE

# setrlimit(2): EINVAL for a soft limit above the hard one; CPython's Modules/resource.c words it like this.
ABOVE_HARD = "current limit exceeds maximum limit"
# The moments at which the lab counts, and what each is called.
FULL, LIFTED, REFUSED = "at the soft limit", "after lifting it", "after trying to lift it further"
MOMENTS = {"full": FULL, "lifted": LIFTED, "refused": REFUSED}


class SoftLimit(Plain):
    """`open` and `limit` are what /proc shows at each moment: the open descriptors, and the soft limit.

    `refusals` are the texts with which the kernel refused more.
    """

    name = "soft_limit"
    parameters: Mapping[str, Kind] = {
        "soft": Kind("the soft limit with which the program starts", whole_number, 16, 16384),
        "hard": Kind("the hard limit", whole_number, 16, 16384),
    }
    services = frozenset({"program"})
    quantities = (
        Quantity("open", unit="descriptors", noun="descriptors open"),
        Quantity("limit", unit="descriptors", noun="soft limit"),
        Quantity("refusals"),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        soft, hard = scenario.number("soft"), scenario.number("hard")
        if soft > hard:
            return f"soft is {soft}: it must be at most hard, which is {hard}"
        program = scenario.services["program"]
        given = f"{program.nofile}:{program.most_nofile}"
        wrong = f"the program's nofile is {given}: it must be soft:hard, which is {soft}:{hard}"
        return None if given == f"{soft}:{hard}" else wrong

    def predict(self, known: Known) -> Prediction:
        """open(2), dup(2): the lowest free number below the soft limit, so as many as it says, and then EMFILE."""
        soft, hard = known.scenario.number("soft"), known.scenario.number("hard")
        limits = {FULL: soft, LIFTED: hard, REFUSED: hard}
        return Prediction(
            expected={
                "open": Each({moment: Exactly(limit) for moment, limit in limits.items()}),
                "limit": Each({moment: Exactly(limit) for moment, limit in limits.items()}),
                "refusals": Each({FULL: Exactly(EMFILE), LIFTED: Exactly(EMFILE), REFUSED: Exactly(ABOVE_HARD)}),
                "error": Exactly(None),
            },
            reason=f"the kernel gives descriptors below the soft limit alone: {soft}, then {hard} once the program has "
            "lifted it. No soft limit may be above the hard one.",
        )

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        program = evidence.services["program"]
        looks = {words: program.looked(moment) for moment, words in MOMENTS.items()}
        return {
            "open": {words: look.descriptors for words, look in looks.items() if look},
            "limit": {words: look.nofile_soft for words, look in looks.items() if look},
            "refusals": {words: str(event["error"]) for one, words in MOMENTS.items() if (event := program.last(one))},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        words = MOMENTS.get(event["event"])
        return f"{service}: {words}: {event['error']}" if words else None

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:
        soft, hard = scenario.number("soft"), scenario.number("hard")
        lines = (Bound(soft, "the soft limit at first"), Bound(hard, "the hard limit"))
        return (
            Bars("open descriptors", "descriptors", measured["open"], bands(predicted["open"]), lines),
            Bars("soft limit", "descriptors", measured["limit"], bands(predicted["limit"])),
        )


FAMILY: Family = SoftLimit()
