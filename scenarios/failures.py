"""How a service failed, from what it left: killed for memory, by its uncaught exception, or by its exit status."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from scenarios.quantities import Json, Quantity

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import ServiceEvidence

OUT_OF_MEMORY = "OutOfMemory"
TRACEBACK = "Traceback (most recent call last):"
RAISED = re.compile(r"^([A-Za-z_][\w.]*)(?:: (.*))?$")


def failure(service: str, kind: str, message: str, at_client: int | None = None) -> dict[str, Json]:
    """A service's failure: its exception's type and text, and the client, from 1, at which it happened, if at one."""
    return {"service": service, "type": kind, "message": message, "at_client": at_client}


def in_words(error: Json) -> str:
    """A failure in one line; `none` when there was none."""
    if not isinstance(error, Mapping):
        return "none"
    at = f" at client {error['at_client']}" if error.get("at_client") else ""
    return f"{error['service']}: {error['type']}: {error['message']}{at}"


# A quantity of every family: the first service's failure, None when all went well.
ERROR = Quantity("error", read=in_words)


def first_failure(services: Iterable[ServiceEvidence]) -> dict[str, Json] | None:
    """The first service, in the scenario's order, that raised, was killed, or ended with a status other than 0."""
    return next((found for service in services if (found := failure_of(service))), None)


def failure_of(service: ServiceEvidence) -> dict[str, Json] | None:
    """How a service failed; None when it runs on or ended well."""
    if service.exit_status in (None, 0):
        return None
    if service.out_of_memory:
        return failure(service.name, OUT_OF_MEMORY, "killed by the kernel: out of memory")
    kind, message = uncaught(service.stderr_tail) or ("Exit", f"exit status {service.exit_status}")
    return failure(service.name, kind, message)


def uncaught(stderr: str) -> tuple[str, str] | None:
    """The type and text of the last traceback's exception; None when there is no traceback."""
    _, found, after = stderr.replace("\r\n", "\n").rpartition(TRACEBACK)
    if not found:
        return None
    line = next((line for line in after.splitlines() if line and not line[0].isspace()), "")
    match = RAISED.match(line)
    return (match[1], match[2] or "") if match else None
