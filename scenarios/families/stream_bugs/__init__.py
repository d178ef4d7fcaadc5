"""Stream servers with classic mistakes beside a correct one, and a client that does what TCP allows.

Either each server has one mistake (a scenario of these has the parameters `size`, `letters` and `digits`), or one,
named `wrong`, has all of the tutorial's.
"""

from collections.abc import Mapping

from scenarios.definition.parameters import UNITS, Kind, seconds, size, whole_number
from scenarios.families.base import (
    Event,
    Evidence,
    Family,
    Known,
    Plain,
    Prediction,
    Scenario,
    ServiceEvidence,
    Values,
)
from scenarios.families.common import bands, growth_of_field
from scenarios.families.stream_bugs.theory import RIGHT, SLEEPLESS, TUTORIAL, TUTORIAL_SUITE, Death, Suite, one_each
from scenarios.judging.failures import ERROR, failure, failure_of, first_failure
from scenarios.judging.quantities import Anything, AtLeast, AtMost, Each, Exactly, Json, Order, Quantity
from scenarios.pictures import Bars, Grid, Picture
from scenarios.theory.descriptors import open_before_first_client, selector_on

MOST_LETTERS = 200
DIED = "died"
# Seconds by which a client may wake too late: the shortest time that it leaves to a server with a mistake, and half of
# that after which it gives up with the right one.
LATE, TOO_LATE_FOR_ALL = 0.2, 2.5


class StreamBugs(Plain):
    """`wrong` is what each mistake made of each thing that the client did, `right` what the correct server made of it;
    `cpu` is the processor time of idle loops, in seconds.
    """

    name = "stream_bugs"
    parameters: Mapping[str, Kind] = {
        "piece": Kind("bytes in each piece of a request", whole_number, 1, 11),
        "size": Kind(
            "bytes that the slow reader asks for", size, UNITS["MiB"], 64 * UNITS["MiB"], keep_text=True, optional=True
        ),
        "letters": Kind("an upload that begins with letters", optional=True),
        "digits": Kind("an upload that begins with digits", whole_number, 0, 10**9, optional=True),
        "idle": Kind("seconds in which no client sends anything", seconds, 0.5, 10),
    }
    services = frozenset({RIGHT, "client"})
    quantities = (
        Quantity("wrong", label="with the mistake"),
        Quantity("right", label="without it"),
        Quantity("cpu", label="CPU time", unit="s", digits=2),
        ERROR,
    )

    def problem(self, scenario: Scenario) -> str | None:
        if TUTORIAL not in scenario.services:
            missing = {"size", "letters", "digits"} - scenario.parameters.keys()
            if missing:
                return f"servers with one mistake each need the parameters {', '.join(sorted(missing))}"
            letters = str(scenario.parameters["letters"])
            if not (letters.isascii() and letters.isalpha() and len(letters) <= MOST_LETTERS):
                return f"letters is {letters!r}: it must be 1 to {MOST_LETTERS} letters from a to z"
        suite = _suite(scenario)
        if scenario.number("piece") > suite.longest_piece:
            return f"piece is {scenario.number('piece')}: it must be from 1 to {suite.longest_piece}"
        if float(scenario.parameters["idle"]) < suite.least_idle:
            return f"idle is {scenario.parameters['idle']}: it must be from {suite.least_idle:g} to 10"
        unknown = scenario.services.keys() - suite.mistakes.keys() - self.services
        return f"this family has no service {', '.join(sorted(unknown))}" if unknown else None

    def predict(self, known: Known) -> Prediction:
        scenario, suite = known.scenario, _suite(known.scenario)
        idle, mistakes = float(scenario.parameters["idle"]), suite.mistakes
        deaths = {name: one for name, cases in mistakes.items() for one in cases.values() if isinstance(one, Death)}
        first = next((name for name in scenario.services if name in deaths), None)
        error = failure(first, deaths[first].kind, deaths[first].message) if first else None
        wrong = {_case(name, habit): str(one) for name, cases in mistakes.items() for habit, one in cases.items()}
        spinning = dict.fromkeys(suite.sleepless, AtLeast(suite.spins * idle))
        strict = Prediction(
            expected={
                "wrong": Each({case: Exactly(outcome) for case, outcome in wrong.items()}),
                "right": Each({habit: Exactly(suite.answered) for cases in mistakes.values() for habit in cases}),
                "cpu": Each({RIGHT: AtMost(suite.waits), **spinning}),
                "error": Exactly(error),
            },
            reason="TCP carries bytes, not messages; send may take only part of its data; and the number of a closed "
            "descriptor is reused. A server that ignores this works only with clients that avoid these cases.",
            relations={"cpu": tuple(Order((RIGHT, name)) for name in suite.sleepless)},
            facts={
                "dead": sorted(deaths),
                "living": sorted({RIGHT, *mistakes} - deaths.keys()),
                "descriptors": open_before_first_client(selector_on(known.platforms[RIGHT], "default")),
                "kept": suite.kept,
                "client_exit": suite.client_exit,
            },
            waiting=idle,
        )
        finished = known.evidence.services["client"].last("finished") if known.evidence else None
        late = float(finished.get("late", 0.0)) if finished else 0.0
        if known.evidence is None or late <= LATE:
            return strict
        # A client that gives up, or sends its next part, may do so before a slow machine let the server read.
        bounded = dict.fromkeys(("wrong", "cpu", "error"), Anything())
        if late > TOO_LATE_FOR_ALL:
            bounded["right"] = Anything()
        return strict.unless_late(self.measure(known.evidence), bounded, f"a client woke {late:.2f} s too late")

    def measure(self, evidence: Evidence) -> dict[str, Json]:
        tried = [event for event in evidence.services["client"].events if event["event"] == "tried"]
        watched = {name: evidence.services[name] for name in IDLE_LOOPS if name in evidence.services}
        return {
            "wrong": {
                _case(str(event["server"]), str(event["habit"])): _outcome(event, evidence)
                for event in tried
                if event["server"] != RIGHT
            },
            "right": {str(event["habit"]): str(event["outcome"]) for event in tried if event["server"] == RIGHT},
            "cpu": {name: spent for name, one in watched.items() if (spent := _spent(one)) is not None},
            "error": first_failure(evidence.services.values()),
        }

    def tell(self, service: str, event: Event) -> str | None:
        if event["event"] != "tried":
            return None
        return f"{service}: {event['habit']}, server {event['server']}: {event['outcome']}"

    def scene(self, scenario: Scenario, measured: Values, predicted: Values) -> tuple[Picture, ...]:  # noqa: ARG002
        """The outcome of each habit of a client; the text of an exception stands in the table of the values."""
        rows, foreseen = {}, {}
        spins = {name: one.low for name, one in bands(predicted["cpu"]).items() if one.low}
        for case, one in measured["wrong"].items():
            server, _, habit = case.rpartition(": ")
            spun = server in spins and measured["cpu"].get(server, 0) >= spins[server]
            rows[case] = (_cell(one, spun), measured["right"][habit])
            wrong = str(predicted["wrong"].get(case, ""))
            foreseen[case] = (_cell(wrong, server in spins), str(predicted["right"].get(habit, "")))
        return (
            Grid("outcome for the client", ("with the mistake", "without"), rows, foreseen),
            Bars("CPU time of idle loops", "s", measured["cpu"], bands(predicted["cpu"])),
        )


# The servers whose idle loop is looked at, and after what a wrong one never waits again.
IDLE_LOOPS = {RIGHT: "", **SLEEPLESS, **TUTORIAL_SUITE.sleepless}


def _suite(scenario: Scenario) -> Suite:
    if TUTORIAL in scenario.services:
        return TUTORIAL_SUITE
    letters, digits = str(scenario.parameters["letters"]), str(scenario.number("digits"))
    service = scenario.services.get(RIGHT)
    first = open_before_first_client(selector_on(service.platform if service else "linux", "default"))
    return one_each(scenario.services.keys(), letters.encode(), digits.encode(), first)


def _case(server: str, habit: str) -> str:
    return habit if server == TUTORIAL else f"{server}: {habit}"


def _cell(outcome: str, spins: bool) -> str:
    """An outcome without the text of its exception, and whether the server's idle loop spins after it."""
    return outcome.partition(": ")[0] + (", spins" if spins else "")


def _outcome(event: Event, evidence: Evidence) -> str:
    error = failure_of(evidence.services[str(event["server"])]) if event["outcome"] == DIED else None
    return f"{error['type']}: {error['message']}" if error else str(event["outcome"])


def _spent(server: ServiceEvidence) -> float | None:
    return growth_of_field(server, "idle", "awake", "cpu_seconds")


FAMILY: Family = StreamBugs()
