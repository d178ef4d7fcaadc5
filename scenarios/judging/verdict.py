"""The verdict of a run, from its prediction, its measurement and its checks. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from scenarios.judging.prediction import Prediction
from scenarios.judging.quantities import Json, Quantity
from scenarios.results.record import Check, Status


def judge(
    quantities: Sequence[Quantity],
    prediction: Prediction,
    measured: Mapping[str, Json],
    checks: Sequence[Check],
    problem: str | None,
) -> tuple[Status, str | None]:
    """The verdict and, unless it is pass, the reason. A failed check outweighs one with an error, and a late run."""
    failed = [check for check in checks if check.result == "failed"]
    crashed = [check for check in checks if check.result == "error"]
    if problem is not None:
        return "error", problem
    differences = "; ".join(f"{key}: {wrong}" for key, wrong in differing(quantities, prediction, measured))
    if differences:
        return "fail", differences
    if failed:
        return "fail", _first_lines(failed, "does not hold")
    if crashed:
        return "error", _first_lines(crashed, "could not be checked")
    if prediction.late is not None:
        return "error", f"this machine is too busy: {prediction.late}"
    if not any(check.result == "passed" for check in checks):
        return "error", "no check passed, so the run proves nothing"
    return "pass", None


def differing(
    quantities: Sequence[Quantity], prediction: Prediction, measured: Mapping[str, Json]
) -> Iterable[tuple[str, str]]:
    """(key, difference) of the quantities that are not as predicted: `predicted 59 clients, measured 58 clients`."""
    for one in quantities:
        for expectation in (prediction.expected[one.key], *prediction.relations.get(one.key, ())):
            difference = expectation.difference(measured.get(one.key), one.words)
            if difference:
                yield one.key, difference


def _first_lines(checks: Sequence[Check], what: str) -> str:
    return "; ".join(
        f"{check.name} {what}: {check.message.splitlines()[0] if check.message else ''}" for check in checks
    )
