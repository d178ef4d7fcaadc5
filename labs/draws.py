"""What is drawn anew at each attempt, so that no answer can be written down once and for all."""

from __future__ import annotations

import random
from collections.abc import Mapping

from labs.exercise import Drawn, Exercise, Part
from scenarios.parameters import Value

# A part's parameters by their names, as they stand on a command line.
Parameters = dict[str, str]


def draw(exercise: Exercise, chance: random.Random, before: list[Parameters] | None = None) -> list[Parameters]:
    """The parameters of each part of the next attempt, never the same as `before` where there is a choice."""
    for _ in range(10):
        drawn = [_of_part(part, chance) for part in exercise.stated.parts]
        if drawn != before:
            return drawn
    return drawn


def _of_part(part: Part, chance: random.Random) -> Parameters:
    given: Mapping[str, Value] = part.given
    return {**{key: str(value) for key, value in given.items()}, **_drawn(part.draw, chance)}


def _drawn(draws: Mapping[str, Drawn], chance: random.Random) -> Parameters:
    return {key: _one(values, chance) for key, values in draws.items()}


def _one(values: Drawn, chance: random.Random) -> str:
    if isinstance(values, str):
        low, high = map(int, values.split(".."))
        return str(chance.randint(low, high))
    return str(chance.choice(values))
