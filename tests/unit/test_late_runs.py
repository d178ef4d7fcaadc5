"""What only a bound of time excludes, on a machine that was late, ends with `error`; all else that is wrong fails."""

import dataclasses
import socket
from typing import Any

import pytest

from labs.programs.clients.transfer_client import Conversation
from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import OutOfTime
from scenarios.families.base import Known, measure, predict
from scenarios.judging.prediction import Prediction
from scenarios.judging.quantities import AtLeast, Between, Each, Exactly, Order, Quantity, from_below
from scenarios.judging.verdict import judge
from scenarios.results.record import Status
from tests.unit.builders import HELD, evidence, service
from tests.unit.scripted import event

SECONDS = (Quantity("seconds"), Quantity("bytes"))
STRICT = Prediction(
    {"seconds": Each({"slow": Between(2, 3), "fast": Between(1, 1.5)}), "bytes": Exactly(7)},
    "because",
    {"seconds": (Order(("fast", "slow")),)},
)


def judged(seconds: dict[str, float], bytes_: int = 7, late: str | None = "it was late") -> tuple[Status, str | None]:
    measured = {"seconds": seconds, "bytes": bytes_}
    prediction = STRICT.unless_late(measured, {"seconds": from_below(STRICT.expected["seconds"])}, late)
    return judge(SECONDS, prediction, measured, HELD, None)


def test_what_is_within_its_bounds_passes_also_on_a_late_machine() -> None:
    assert judged({"slow": 2.5, "fast": 1.2}) == ("pass", None)


def test_what_only_exceeds_a_bound_of_time_is_an_error_on_a_late_machine_and_else_a_failure() -> None:
    assert judged({"slow": 2.5, "fast": 4.2}) == ("error", "this machine is too busy: it was late")
    assert judged({"slow": 2.5, "fast": 4.2}, late=None)[0] == "fail"


def test_what_no_machine_could_do_fails_on_a_late_one_too() -> None:
    assert judged({"slow": 2.5, "fast": 0.2})[0] == "fail"
    assert judged({"slow": 9.0, "fast": 0.2})[0] == "fail"
    assert judged({"slow": 9.0, "fast": 1.2}, bytes_=6)[0] == "fail"


def test_bounds_from_below_are_what_the_name_says() -> None:
    assert from_below(Between(1, 2)) == AtLeast(1)
    assert from_below(Exactly(3)) == Exactly(3)


def verdict(name: str, **said: Any) -> Status:
    """Of a run of a scenario whose services said these events."""
    scenario = catalog.load(name)
    services = [service(one, "".join(said.get(one.replace("-", "_"), ()))) for one in scenario.services]
    run = dataclasses.replace(evidence(*services), scenario=scenario)
    family = families.find(scenario.family)
    prediction = predict(family, Known(scenario, dict.fromkeys(scenario.services, "linux"), run))
    return judge(family.quantities, prediction, measure(family, run), HELD, None)[0]


def fetched(spans: list[tuple[float, float]]) -> list[str]:
    sizes = sum((48708, 478886, 55867)[number % 3] for number in range(len(spans)))
    begin = event("calibrated", cost=0.01, cpu=0.004)
    return [begin, event("fetched", seconds=max(end for _, end in spans), bytes=sizes, spans=spans)]


SERIALLY = [(0.31 * number, 0.31 * (number + 1)) for number in range(5)]


def test_fetches_that_waited_together_and_were_stopped_are_an_error_and_serial_ones_a_failure() -> None:
    assert verdict("fetch-two", serial=fetched(SERIALLY), gevent=fetched([(0.0, 0.35)] * 5)) == "pass"
    assert verdict("fetch-two", serial=fetched(SERIALLY), gevent=fetched([(0.0, 3.4)] * 5)) == "error"
    assert verdict("fetch-two", serial=fetched(SERIALLY), gevent=fetched(SERIALLY)) == "fail"


def test_sleeps_in_the_right_order_that_took_too_long_are_an_error() -> None:
    lines = ["task 1 goes to sleep", "task 2 goes to sleep", "task 2 is back", "task 1 is back"]

    def slept(times: float, order: list[str]) -> list[str]:
        sleep = float(catalog.load("gevent-sleep-alone").parameters["scale"])
        return ["".join(f"{line}\n" for line in order) + event("slept", spans=[(0, 2 * sleep * times), (0, sleep)])]

    assert verdict("gevent-sleep-alone", gevent_sleep=slept(1.1, lines)) == "pass"
    assert verdict("gevent-sleep-alone", gevent_sleep=slept(30, lines)) == "error"
    assert verdict("gevent-sleep-alone", gevent_sleep=slept(30, sorted(lines))) == "fail"


@pytest.mark.parametrize(("answers", "early"), [(True, True), (False, False)])
def test_a_client_that_gave_up_sees_whether_the_server_was_only_slow(answers: bool, early: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Conversation(listener.getsockname(), 1, 10, 1, 0.1)
        with pytest.raises(TimeoutError):
            client.admit()
        server, _ = listener.accept()
        with server:
            if answers:
                server.sendall(b"late\n")
            assert client.was_too_early() == early
            client.close()


def test_answers_that_came_after_their_clients_gave_up_are_an_error() -> None:
    with pytest.raises(OutOfTime, match="too busy"):
        families.find("transfers").measure(
            evidence(
                service("server"),
                service("client", event("connected", clients=3) + event("finished", served=2, gave_up_early=1)),
            )
        )
