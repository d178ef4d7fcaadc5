"""How a service failed: out of memory, an uncaught exception, or its exit status."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from scenarios.judging.quantities import Json, Quantity

if TYPE_CHECKING:
    # Only for type hints, so that commands start faster.
    from scenarios.results.evidence import ServiceEvidence

OUT_OF_MEMORY = "OutOfMemory"
TRACEBACK = "Traceback (most recent call last):"
RAISED = re.compile(r"^([A-Za-z_][\w.]*)(?:: (.*))?$")


def failure(service: str, kind: str, message: str, at_client: int | None = None) -> dict[str, Json]:
    """A failure as JSON; `at_client` is the client at which it happened, counted from 1."""
    return {"service": service, "type": kind, "message": message, "at_client": at_client}


def in_words(error: Json) -> str:
    """A failure in one line; `none` if there is none."""
    if not isinstance(error, Mapping):
        return "none"
    at = f" at client {error['at_client']}" if error.get("at_client") else ""
    return f"{error['service']}: {error['type']}: {error['message']}{at}"


def or_no_error(error: Json) -> str:
    """A failure in one line; `no error` if there is none."""
    return "no error" if error is None else in_words(error)


# A quantity of every family: the first failure, None if no service failed.
ERROR = Quantity("error", read=in_words)


def first_failure(services: Iterable[ServiceEvidence]) -> dict[str, Json] | None:
    """The failure of the first service, in the scenario's order, that raised, was killed or exited with an error."""
    return next(filter(None, map(failure_of, services)), None)


def failure_of(service: ServiceEvidence) -> dict[str, Json] | None:
    """How a service failed; None if it still runs or ended with status 0."""
    if service.exit_status in (None, 0):
        return None
    if service.out_of_memory:
        return failure(service.name, OUT_OF_MEMORY, "killed by the kernel: out of memory")
    kind, message = uncaught(service.stderr_tail) or ("Exit", f"exit status {service.exit_status}")
    return failure(service.name, kind, message)


def uncaught(stderr: str) -> tuple[str, str] | None:
    """The type and text of the last traceback's exception; None without a traceback."""
    _, found, after = stderr.replace("\r\n", "\n").rpartition(TRACEBACK)
    if not found:
        return None
    line = next((line for line in after.splitlines() if line and not line[0].isspace()), "")
    match = RAISED.match(line)
    return (match[1], match[2] or "") if match else None
