"""Helpers that several families share; itself no family."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from scenarios.definition.parameters import Kind, whole_number
from scenarios.errors import Unavailable
from scenarios.judging.failures import failure, first_failure
from scenarios.judging.quantities import Between, Exactly, Expectation, Json, Order, Quantity, Read, is_bound
from scenarios.pictures import Band, Bars, Bound, Grid, Picture
from scenarios.results.events import Event
from scenarios.results.evidence import ServiceEvidence
from scenarios.results.sample import Sample
from scenarios.system.files import is_number
from scenarios.theory.descriptors import EMFILE, FD_OUT_OF_RANGE, TOO_MANY_FDS

# The lowest limit is drawn if it allows at most FAR times the clients that came, another one up to NEAR times.
FAR, NEAR = 4, 1.2
LIMIT_WORDS = {
    EMFILE: "the limit of open descriptors",
    FD_OUT_OF_RANGE: "select's highest descriptor number",
    TOO_MANY_FDS: "select's longest list",
}
LONGEST_WAIT = 3600 * 1_000_000  # microseconds
# Under a lower soft limit CPython and libuv themselves do not start.
NOFILE = Kind("the server's limit of open descriptors", whole_number, 24, 2**20, optional=True)


def count_between(low: int, high: int) -> Expectation:
    """A whole number from `low` to `high`; exactly that one when both are the same."""
    return Exactly(low) if low == high else Between(low, high)


def band(predicted: Json) -> Band:
    """The prediction of one number, as a picture draws it."""
    if is_number(predicted):
        return Band(predicted, predicted)
    if is_bound(predicted):
        return Band(predicted.get("at_least"), predicted.get("at_most"))
    if isinstance(predicted, list) and len(predicted) == 2 and all(map(is_number, predicted)):
        return Band(*predicted)
    return Band()


def bands(predicted: Json) -> dict[str, Band]:
    """The predictions of a quantity by name, as a picture draws them; without names for which any number may come."""
    found = {name: band(one) for name, one in predicted.items()} if isinstance(predicted, Mapping) else {}
    return {name: one for name, one in found.items() if one.high is not None or one.low}


def quantity_pictures(quantities: Iterable[Quantity], measured: Json, predicted: Json) -> tuple[Picture, ...]:
    """Bars for each quantity of several names and for the single numbers of each unit, and a table of each text."""
    alone: dict[str, tuple[dict[str, float], dict[str, Band]]] = {}
    found: list[Picture] = []
    tables: list[Picture] = []
    for one in quantities:
        value, label = measured.get(one.key), one.label or one.key
        if isinstance(value, Mapping) and value and all(map(is_number, value.values())):
            told = predicted[one.key] if isinstance(predicted[one.key], Mapping) else {}
            found.append(Bars(label, one.unit, value, {name: band(each) for name, each in told.items()}))
        elif isinstance(value, Mapping) and all(isinstance(each, str | None) for each in value.values()):
            foretold = predicted[one.key] if isinstance(predicted[one.key], Mapping) else {}
            rows, told = ({name: [one.words(each)] for name, each in those.items()} for those in (value, foretold))
            tables += [Grid(label, (label,), rows, told)] if rows else []
        elif is_number(value):
            values, foreseen = alone.setdefault(one.unit, ({}, {}))
            values[label], foreseen[label] = value, band(predicted[one.key])
    return (*(Bars(_title(unit, both[0]), unit, *both) for unit, both in alone.items()), *found, *tables)


def _title(unit: str, values: Mapping[str, float]) -> str:
    """The name of the only value, or what all of them are."""
    return next(iter(values)) if len(values) == 1 else unit or "counts"


def bands_of(orders: Iterable[Order], values: Mapping[str, float]) -> dict[str, Band]:
    """By name, the least value that these orders allow beside the values of the others."""
    least: dict[str, float] = {}
    for one in orders:
        groups = [(part,) if isinstance(part, str) else part for part in one.names]
        for before, after in pairwise(groups):
            low = one.margin * max(values[name] for name in before)
            least |= {name: max(low, least.get(name, 0.0)) for name in after}
    return {name: Band(low=low) for name, low in least.items()}


def client_limits(came: int, limits: Mapping[str, int]) -> tuple[Bound, ...]:
    """Lines for a bar of clients: how many came, and how many the limits of the server allow.

    The lowest limit is a line unless it is far away, and the others if they are near; equal ones are one line.
    """
    lowest = min(limits.values(), default=0)
    by_clients: dict[int, list[str]] = {}
    for words, most in sorted(limits.items(), key=lambda one: one[1]):
        if most <= (FAR if most == lowest else NEAR) * came:
            by_clients.setdefault(most, []).append(LIMIT_WORDS.get(words, words))
    lines = {came: "the number of clients"}
    for most, names in by_clients.items():
        within = f"the most clients within {' and '.join(names)}"
        lines[most] = f"{lines[most]}, and {within}" if most in lines else within
    return tuple(Bound(value, words) for value, words in lines.items())


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
