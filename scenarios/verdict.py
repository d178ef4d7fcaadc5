"""Predicted against measured, and the checks: pass, fail, error or skip. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from scenarios.families.base import Family, Prediction
from scenarios.quantities import Json, Quantity
from scenarios.record import Check, Status


def judge(
    family: Family,
    prediction: Prediction,
    measured: Mapping[str, Json],
    checks: Sequence[Check],
    problem: str | None,
) -> tuple[Status, str | None]:
    """The verdict and, unless it is pass, why.

    What is known to be wrong beats what could not be found out, which beats pass.
    """
    failed = [check for check in checks if check.result == "failed"]
    crashed = [check for check in checks if check.result == "error"]
    if problem is not None:
        return "error", problem
    differences = "; ".join(f"{key}: {told}" for key, told in differing(family.quantities, prediction, measured))
    if differences:
        return "fail", differences
    if failed:
        return "fail", _named(failed, "does not hold")
    if crashed:
        return "error", _named(crashed, "could not be checked")
    if not any(check.result == "passed" for check in checks):
        return "error", "no check passed, so nothing was shown"
    return "pass", None


def differing(
    quantities: Sequence[Quantity], prediction: Prediction, measured: Mapping[str, Json]
) -> Iterable[tuple[str, str]]:
    """The keys of quantities that are not as predicted, each with `predicted 59 clients, measured 58 clients`."""
    for one in quantities:
        for expectation in (prediction.expected[one.key], *prediction.relations.get(one.key, ())):
            told = expectation.difference(measured.get(one.key), one.words)
            if told:
                yield one.key, told


def _named(checks: Sequence[Check], what: str) -> str:
    return "; ".join(
        f"{check.name} {what}: {check.message.splitlines()[0] if check.message else ''}" for check in checks
    )
