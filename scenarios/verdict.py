"""Predicted against measured, and the checks: pass, fail, error or skip. Pure."""

from collections.abc import Sequence

from scenarios.outcome import Outcome
from scenarios.record import Check, Status
from scenarios.theory import agrees


def judge(
    predicted: Outcome, measured: Outcome, checks: Sequence[Check], problem: str | None
) -> tuple[Status, str | None]:
    """The verdict and, unless it is pass, why.

    What is known to be wrong beats what could not be found out, which beats pass.
    """
    failed = [check for check in checks if check.result == "failed"]
    crashed = [check for check in checks if check.result == "error"]
    if problem is not None:
        return "error", problem
    if not agrees(predicted, measured):
        return "fail", _difference(predicted, measured)
    if failed:
        return "fail", _named(failed, "does not hold")
    if crashed:
        return "error", _named(crashed, "could not be checked")
    if not any(check.result == "passed" for check in checks):
        return "error", "no check passed, so nothing was shown"
    return "pass", None


def _difference(predicted: Outcome, measured: Outcome) -> str:
    parts = []
    for field in ("served", "error", "bytes"):
        expected, found = getattr(predicted, field), getattr(measured, field)
        if expected != found:
            parts.append(f"{field}: predicted {_shown(expected)}, measured {_shown(found)}")
    for name, bound in (predicted.seconds or {}).items():
        value = (measured.seconds or {}).get(name)
        if value is None:
            parts.append(f"{name}: it never reported its time")
        elif isinstance(bound, tuple) and isinstance(value, float) and not bound[0] <= value <= bound[1]:
            parts.append(f"{name}: predicted {bound[0]:.2f} to {bound[1]:.2f} s, measured {value:.2f} s")
    unforeseen = [name for name in measured.seconds or {} if name not in (predicted.seconds or {})]
    return "; ".join(parts + [f"{name}: theory does not know this fetcher" for name in unforeseen])


def _shown(value: object) -> str:
    from scenarios.outcome import Failure

    if isinstance(value, Failure):
        at = f" at client {value.at_client}" if value.at_client else ""
        return f"{value.type}: {value.message} ({value.service}{at})"
    return "none" if value is None else str(value)


def _named(checks: Sequence[Check], what: str) -> str:
    return "; ".join(
        f"{check.name} {what}: {check.message.splitlines()[0] if check.message else ''}" for check in checks
    )
