"""From evidence to what it amounts to: the measured Outcome. Pure: an old run can be measured again."""

import re
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from scenarios.errors import EvidenceError
from scenarios.evidence import Evidence, ServiceEvidence

OUT_OF_MEMORY = "OutOfMemory"
TRACEBACK = "Traceback (most recent call last):"
RAISED = re.compile(r"^([A-Za-z_][\w.]*)(?:: (.*))?$")


class Failure(BaseModel):
    """A service's failure: its exception's type and text, and the client, from 1, at which it happened, if at one."""

    model_config = ConfigDict(frozen=True)

    service: str
    type: str
    message: str
    at_client: int | None = None


class Outcome(BaseModel):
    """What happened, or must happen.

    Transfers have `served`: the number of clients whose every request was answered correctly until the end, or until
    the server's death. Fetches have `seconds` per fetcher (a bound [low, high] when predicted, a number when measured)
    and `bytes`: the bodies of all fetchers together. `error` is the first service's failure, None when all went well.
    """

    model_config = ConfigDict(frozen=True)

    served: int | None = None
    error: Failure | None = None
    seconds: dict[str, float | tuple[float, float]] | None = None
    bytes: int | None = None


def measure(evidence: Evidence) -> Outcome:
    """The measured outcome of a run, of the same shape as its prediction.

    Raises EvidenceError when a program's events lack what is measured by them.
    """
    try:
        return MEASURES[evidence.scenario.outcome](evidence)
    except (KeyError, TypeError, ValueError) as error:
        raise EvidenceError(f"an event of a program cannot be understood: {error!r}") from error


def _transfers(evidence: Evidence) -> Outcome:
    """Served are the clients whose transfers were verified; if the server died, those it had answered before."""
    clients = [s for s in evidence.services.values() if s.last("connected") or s.last("refused")]
    refused = next((e for c in clients if (e := c.last("refused"))), None)
    served = sum(_served(client) for client in clients)
    error = first_failure(evidence.services.values())
    if refused is not None:
        at_client = int(refused["client"])
        error = error or Failure(service=clients[0].name, type=refused["error"], message=refused["message"])
        error = error.model_copy(update={"at_client": at_client})
    return Outcome(served=served, error=error)


def _served(client: ServiceEvidence) -> int:
    if client.last("refused"):
        return int((client.last("connected") or {"clients": 0})["clients"])
    return int((client.last("finished") or {"served": 0})["served"])


def _fetches(evidence: Evidence) -> Outcome:
    fetched = {name: event for name, s in evidence.services.items() if (event := s.last("fetched"))}
    return Outcome(
        seconds={name: float(event["seconds"]) for name, event in fetched.items()},
        bytes=sum(int(event["bytes"]) for event in fetched.values()),
        error=first_failure(evidence.services.values()),
    )


MEASURES = {"transfers": _transfers, "fetches": _fetches}


def first_failure(services: Iterable[ServiceEvidence]) -> Failure | None:
    """The first service, in the scenario's order, that raised, was killed, or ended with a status other than 0."""
    return next((failure for service in services if (failure := failure_of(service))), None)


def failure_of(service: ServiceEvidence) -> Failure | None:
    """How a service failed: killed for memory, by its uncaught exception, or by its exit status alone."""
    if service.exit_status in (None, 0):
        return None
    if service.out_of_memory:
        return Failure(service=service.name, type=OUT_OF_MEMORY, message="killed by the kernel: out of memory")
    kind, message = uncaught(service.stderr) or ("Exit", f"exit status {service.exit_status}")
    return Failure(service=service.name, type=kind, message=message)


def uncaught(stderr: str) -> tuple[str, str] | None:
    """The type and text of the last traceback's exception; None when there is no traceback."""
    _, found, after = stderr.replace("\r\n", "\n").rpartition(TRACEBACK)
    if not found:
        return None
    line = next((line for line in after.splitlines() if line and not line[0].isspace()), "")
    match = RAISED.match(line)
    return (match[1], match[2] or "") if match else None
