"""A prediction: the expected values of a run, and the reason, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scenarios.judging.quantities import Expectation, Json


@dataclass(frozen=True)
class Prediction:
    """The expected values, and one sentence that gives the reason.

    `expected` has one expectation for each of the family's quantities; `relations` has expectations between the parts
    of a quantity. `facts` are numbers of the theory that checks compare with. `waiting` is how many seconds the
    programs wait by theory; the lab's time limits allow for it. `late` says why the machine was too slow for a bound of
    time: the verdict is `error` then, unless something else is wrong.
    """

    expected: Mapping[str, Expectation]
    reason: str
    relations: Mapping[str, tuple[Expectation, ...]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    waiting: float = 0.0
    late: str | None = None

    def json(self) -> dict[str, Json]:
        return {key: expectation.json() for key, expectation in self.expected.items()}

    def relations_json(self) -> dict[str, list[Json]]:
        return {key: [one.json() for one in relations] for key, relations in self.relations.items()}

    def unless_late(
        self, measured: Mapping[str, Json], bounded: Mapping[str, Expectation], late: str | None
    ) -> "Prediction":
        """This prediction, or if only its bounds of time differ, one with `bounded` in their place, and with `late`.

        `bounded` has what must hold of these quantities on a machine of any speed; None is a machine that was quick.
        """
        relations = {key: those for key, those in self.relations.items() if key not in bounded}
        loose = replace(self, expected={**self.expected, **bounded}, relations=relations, late=late)
        differ = [any(one._differs(key, measured) for key in bounded) for one in (self, loose)]
        return loose if late is not None and differ == [True, False] else self

    def _differs(self, key: str, measured: Mapping[str, Json]) -> bool:
        every = (self.expected[key], *self.relations.get(key, ()))
        return any(one.difference(measured.get(key)) is not None for one in every)
