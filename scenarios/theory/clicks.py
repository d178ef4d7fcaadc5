"""Clicks at random moments, and what of them a loop sees that looks only every so often. Pure.

A poller looks at the moments 0, P, 2P, 3P ... and sees the last state only: of several clicks between two looks all but
the last are lost, and a click is noticed at the first look after it. P is the period, or the first multiple of it that
the poller can keep when it reads other devices, too. Looks and clicks alike may come late, by up to `late`: so a click
that is no further than that from a look may be noticed by it or by the next.

It looks as often when nothing happens, and each time it has to be waked: once when the period is over, once by the
answer, and once by the end of its patience with each silent device. Who waits for events is not waked, and does
nothing.
"""

import math
import random
import string
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

# So that 3 * 0.1 / 0.1 is 3.
ROUNDING = 1e-9


def moments(clicks: int, span: float, seed: int) -> list[float]:
    """When the clicks come, in seconds after the beginning: the generator of labs/programs/clients/clicker.py."""
    return sorted(_moments(random.Random(seed), clicks, span))


def keys(count: int, clicks: int, span: float, seed: int) -> list[tuple[float, str]]:
    """When which keys are typed beside so many clicks, from the same seed, in seconds after the beginning."""
    generator = random.Random(seed)
    _moments(generator, clicks, span)
    return sorted(
        (round(generator.uniform(0, span), 6), generator.choice(string.ascii_lowercase)) for _ in range(count)
    )


def _moments(generator: random.Random, clicks: int, span: float) -> list[float]:
    return [round(generator.uniform(0, span), 6) for _ in range(clicks)]


def kept_period(period: float, silent: int, blocking: float) -> float:
    """The period of a poller that reads `silent` devices in turn, each of which blocks it for `blocking` seconds."""
    return period * (1 + int(silent * blocking / period + ROUNDING))


def wakes_a_second(period: float, silent: int) -> float:
    """How often each second a poller is waked that looks every `period` seconds and reads `silent` devices in turn."""
    return (2 + silent) / period


def spare(period: float, silent: int, blocking: float) -> float:
    """Seconds that are left of a kept period when all silent devices were read."""
    return kept_period(period, silent, blocking) - silent * blocking


@dataclass(frozen=True)
class Poller:
    """A loop that looks every `period` seconds; it, and the clicks, come up to `late` seconds late."""

    period: float
    late: float

    def looks_within(self, seconds: float, period: float) -> tuple[int, int]:
        """How many looks there are in any stretch of so many seconds, at least and at most.

        The beginning of the stretch may have held up one look, and who is held up goes on at the next multiple of
        `period`, that of a poller with nothing else to do.
        """
        least = math.floor((seconds - self.late - period) / self.period)
        return max(0, least), 1 + math.ceil((seconds + self.late) / self.period)

    def looks(self, span: float) -> tuple[int, int]:
        """How many looks there are, at least and at most, with the one that sees that `span` seconds have gone."""
        soon, late = ((span + shift) / self.period for shift in (-self.late, self.late))
        return 1 + math.ceil(soon), 1 + math.ceil(late)

    def seen(self, clicks: Sequence[float]) -> tuple[int, int]:
        """How many of the clicks are seen, at least and at most.

        `counts` has, for each number of clicks that may have come before a look, the fewest and the most that were
        seen until then.
        """
        counts = {0: (0, 0)}
        for look in range(math.ceil((clicks[-1] + self.late) / self.period)):
            due = look * self.period
            sooner, later = (bisect_right(clicks, due + shift) for shift in (-self.late, self.late))
            counts = {now: _best(counts, now) for now in range(sooner, later + 1)}
        return _best(counts, len(clicks))

    def delay(self, clicks: Sequence[float]) -> tuple[float, float]:
        """The mean time in seconds from a click to the look that notices it, at least and at most."""
        bounds = [self._delay_of(click) for click in clicks]
        low, high = (math.fsum(column) / len(bounds) for column in zip(*bounds, strict=True))
        return low, high

    def _delay_of(self, click: float) -> tuple[float, float]:
        since = click % self.period
        until = self.period - since
        missed = self.period if until <= self.late else 0.0
        return (0.0 if since <= self.late else until), until + missed + self.late


def _best(counts: dict[int, tuple[int, int]], now: int) -> tuple[int, int]:
    """The fewest and the most that were seen, if `now` clicks have come: one more than before if any came since."""
    ways = [(low + (now > before), high + (now > before)) for before, (low, high) in counts.items() if before <= now]
    return min(low for low, _ in ways), max(high for _, high in ways)
