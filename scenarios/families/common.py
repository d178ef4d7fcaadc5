"""Helpers that several families share; itself no family."""

from collections.abc import Iterable

from scenarios.definition.parameters import Kind, whole_number
from scenarios.errors import Unavailable
from scenarios.judging.failures import failure, first_failure
from scenarios.judging.quantities import Between, Exactly, Expectation, Json, Read
from scenarios.results.events import Event
from scenarios.results.evidence import ServiceEvidence
from scenarios.results.sample import Sample

LONGEST_WAIT = 3600 * 1_000_000  # microseconds
# Under a lower soft limit CPython and libuv themselves do not start.
NOFILE = Kind("the server's limit of open descriptors", whole_number, 24, 2**20, optional=True)


def count_between(low: int, high: int) -> Expectation:
    """A whole number from `low` to `high`; exactly that one when both are the same."""
    return Exactly(low) if low == high else Between(low, high)


def joined(separator: str) -> Read:
    """How a list of lines reads in one line."""
    return lambda lines: separator.join(map(str, lines)) if isinstance(lines, list) else str(lines)


def percentiles(microseconds: Iterable[int], shares: Iterable[float]) -> tuple[int, ...]:
    """The values, to three digits, that these percentages of all are not above; a value below 1 counts as 1."""
    from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped] # it has no types of its own

    histogram = HdrHistogram(1, LONGEST_WAIT, 3)
    for value in microseconds:
        histogram.record_value(max(1, value))
    return tuple(int(histogram.get_value_at_percentile(share)) for share in shares)


def sample_field(service: ServiceEvidence, moment: str, field: str) -> Json:
    """A field of the sample at `moment`; None if the program had ended. Raises as `looked`."""
    sample = service.looked(moment)
    return getattr(sample, field) if sample else None


def growth_of_field(service: ServiceEvidence, since: str, until: str, field: str) -> float | None:
    """By how much a field grew between two moments; None if the program had ended. Raises as `looked`."""
    before, after = sample_field(service, since, field), sample_field(service, until, field)
    return None if before is None or after is None else round(after - before, 2)


def own_memory(sample: Sample) -> int:
    """Bytes of private memory; raises Unavailable if the kernel does not report it."""
    if sample.memory is None:
        raise Unavailable("this kernel does not report how much memory a process has of its own (Linux before 5.3)")
    return sample.memory


def served_by(client: ServiceEvidence) -> int:
    """How many connections of a client program were served: all that were verified, or those before one was refused."""
    if client.last("refused"):
        return int((client.last("connected") or {"clients": 0})["clients"])
    return int((client.last("finished") or {"served": 0})["served"])


def failure_at_client(services: Iterable[ServiceEvidence], client: ServiceEvidence | None) -> dict[str, Json] | None:
    """The first failure of any service, or the one that the client reports, with the number of the refused client."""
    error, refused = first_failure(services), client.last("refused") if client else None
    if client is None or refused is None:
        return error
    error = error or failure(client.name, str(refused["error"]), str(refused["message"]))
    return {**error, "at_client": int(refused["client"])}


def tell_clients(service: str, event: Event) -> str | None:
    """The events of a client program about its connections, in words."""
    match event["event"]:
        case "connected":
            return f"{service}: {event['clients']} clients are connected at the same time"
        case "refused":
            return f"{service}: client {event['client']} was refused: {event['error']}: {event['message']}"
        case _:
            return None
