"""Clicks at random moments, and how many of them a polling loop sees. Pure.

A poller looks at the moments 0, P, 2P, 3P ... and sees only the last state: of several clicks between two polls all
but the last are lost, and a click is noticed at the first poll after it. P is the period, or the first multiple of it
that the poller can keep if it reads other devices too. Polls and clicks may both be late, by up to `late`: so a click
that is no further than that from a poll may be noticed by it or by the next.

A poller looks as often when nothing happens, and wakes each time: once when the period is over, once for the answer,
and once for the timeout of each silent device. A loop that waits for events does not wake.
"""

import math
import random
import string
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

# Makes 3 * 0.1 / 0.1 be 3.
ROUNDING = 1e-9


def moments(clicks: int, span: float, seed: int) -> list[float]:
    """When the clicks come, in seconds since the beginning: drawn as in labs/programs/clients/clicker.py."""
    return sorted(_moments(random.Random(seed), clicks, span))


def keys(count: int, clicks: int, span: float, seed: int) -> list[tuple[float, str]]:
    """(seconds since the beginning, key) of each key that is typed, drawn after so many clicks from the same seed."""
    generator = random.Random(seed)
    _moments(generator, clicks, span)
    return sorted(
        (round(generator.uniform(0, span), 6), generator.choice(string.ascii_lowercase)) for _ in range(count)
    )


def _moments(generator: random.Random, clicks: int, span: float) -> list[float]:
    return [round(generator.uniform(0, span), 6) for _ in range(clicks)]


def kept_period(period: float, silent: int, blocking: float) -> float:
    """The period, in seconds, of a poller that also reads `silent` devices, each of which blocks it for `blocking`."""
    return period * (1 + int(silent * blocking / period + ROUNDING))


def wakes_a_second(period: float, silent: int) -> float:
    """Wake-ups per second of a poller that looks every `period` seconds and also reads `silent` devices."""
    return (2 + silent) / period


def spare(period: float, silent: int, blocking: float) -> float:
    """Seconds that are left of a kept period after all silent devices were read."""
    return kept_period(period, silent, blocking) - silent * blocking


@dataclass(frozen=True)
class Poller:
    """A loop that looks every `period` seconds; its polls and the clicks are up to `late` seconds late."""

    period: float
    late: float

    def looks_within(self, seconds: float, period: float) -> tuple[int, int]:
        """(least, most) polls in any stretch of so many seconds; `period` is that of a poller without other devices."""
        # The beginning of the stretch may delay one poll; a delayed poller continues at the next multiple of `period`.
        least = math.floor((seconds - self.late - period) / self.period)
        return max(0, least), 1 + math.ceil((seconds + self.late) / self.period)

    def looks(self, span: float) -> tuple[int, int]:
        """(least, most) polls within `span` seconds, with the one that sees that they are over."""
        soon, late = ((span + shift) / self.period for shift in (-self.late, self.late))
        return 1 + math.ceil(soon), 1 + math.ceil(late)

    def seen(self, clicks: Sequence[float]) -> tuple[int, int]:
        """(least, most) of the clicks that are seen."""
        # For each number of clicks that may have come before a poll, the fewest and the most seen so far.
        counts = {0: (0, 0)}
        for look in range(math.ceil((clicks[-1] + self.late) / self.period)):
            due = look * self.period
            sooner, later = (bisect_right(clicks, due + shift) for shift in (-self.late, self.late))
            counts = {now: _best(counts, now) for now in range(sooner, later + 1)}
        return _best(counts, len(clicks))

    def delay(self, clicks: Sequence[float]) -> tuple[float, float]:
        """(least, most): the mean time in seconds from a click to the poll that notices it."""
        bounds = [self._delay_of(click) for click in clicks]
        low, high = (math.fsum(column) / len(bounds) for column in zip(*bounds, strict=True))
        return low, high

    def _delay_of(self, click: float) -> tuple[float, float]:
        since = click % self.period
        until = self.period - since
        missed = self.period if until <= self.late else 0.0
        return (0.0 if since <= self.late else until), until + missed + self.late


def _best(counts: dict[int, tuple[int, int]], now: int) -> tuple[int, int]:
    """The fewest and the most clicks seen if `now` have come: one more than before if any came since."""
    ways = [(low + (now > before), high + (now > before)) for before, (low, high) in counts.items() if before <= now]
    return min(low for low, _ in ways), max(high for _, high in ways)
