"""The expectation of what each task does when."""

from dataclasses import dataclass

from scenarios.families.task_scheduling.theory import Period, Schedule
from scenarios.judging.quantities import Json, Read, plainly

# Seconds that a busy machine may add to a wait or a turn on the CPU.
ROOM = 0.06
LONGEST = 24 * 3600.0
# Seconds by which clocks may differ that are read one after another.
CLOCK = 0.002
FOREVER = Period(LONGEST, LONGEST, wait=False)


@dataclass(frozen=True)
class AsForeseen:
    """Of each task the spans of `first`, in that order, none earlier than there and none later than in `last`."""

    first: Schedule
    last: Schedule

    def difference(self, measured: Json, read: Read = plainly) -> str | None:
        """Agrees if each span is there, has its kind, and lies within the bounds; else names the first that differs."""
        if sorted(measured or {}) != sorted(map(str, self.first)):
            return f"predicted {self.words(read)}, measured spans of the tasks {', '.join(measured or {}) or 'none'}"
        for task, low in self.first.items():
            if wrong := _first_wrong(low, self.last[task], measured[str(task)]):
                return f"task {task}: {wrong}"
        return None

    def from_below(self) -> "AsForeseen":
        """The same without the latest times."""
        return AsForeseen(self.first, {task: [FOREVER] * len(some) for task, some in self.first.items()})

    def words(self, read: Read = plainly) -> str:  # noqa: ARG002 - a number alone
        return f"{sum(map(len, self.first.values()))} spans in time"

    def json(self) -> Json:
        """The bounds of each span's begin and end, by task."""
        return {
            str(task): [
                [round(one, 4) for one in (a.begin, b.begin, a.end, b.end)]
                for a, b in zip(low, self.last[task], strict=True)
            ]
            for task, low in self.first.items()
        }


def _first_wrong(low: list[Period], high: list[Period], measured: list[Json]) -> str | None:
    kinds = ["waiting" if one.wait else "computing" for one in low]
    if [one[0] for one in measured] != kinds:
        return f"predicted {len(kinds)} spans of computing and waiting in turn, measured {len(measured)} others"
    for number, (a, b, (kind, begin, end)) in enumerate(zip(low, high, measured, strict=True), start=1):
        for what, least, most, found in (("begins", a.begin, b.begin, begin), ("ends", a.end, b.end, end)):
            if not least - CLOCK <= found <= most + ROOM:
                return f"span {number}, {kind}, {what} at {found:.3f} s, not at {least:.3f} to {most:.3f} s"
    return None
