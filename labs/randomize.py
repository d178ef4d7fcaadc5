"""Random parameters for each attempt, so that no program can hard-code the answer."""

import random

from labs.exercise import Drawn, Exercise, Part

# A part's parameters, as on a command line.
Parameters = dict[str, str]


def draw(exercise: Exercise, chance: random.Random, before: list[Parameters] | None = None) -> list[Parameters]:
    """The parameters of each part for the next attempt, different from `before` where there is a choice."""
    for _ in range(10):
        drawn = [_of_part(part, chance) for part in exercise.spec.parts]
        if drawn != before:
            return drawn
    return drawn


def _of_part(part: Part, chance: random.Random) -> Parameters:
    given = {key: str(value) for key, value in part.given.items()}
    return given | {key: _one(values, chance) for key, values in part.draw.items()}


def _one(values: Drawn, chance: random.Random) -> str:
    if isinstance(values, str):
        low, high = map(int, values.split(".."))
        return str(chance.randint(low, high))
    return str(chance.choice(values))
