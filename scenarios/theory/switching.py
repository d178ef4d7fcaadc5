"""Who runs when, where control is handed over by hand: greenlets that switch, generators that yield. Pure.

It rests on three rules of greenlet's documentation and one of Python's:

- A greenlet runs until it switches to another; where it stood, it goes on when somebody switches back to it.
- One that has ended hands over to its parent, which is the main greenlet unless another was named; so does a switch to
  one that has ended.
- When the main greenlet ends, the program does: whoever still waits for a switch never runs again.
- Calling a generator function runs nothing of it (language reference, yield expressions): it only makes a generator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAIN = "main"


@dataclass(frozen=True)
class Print:
    """Prints a line."""

    line: str


@dataclass(frozen=True)
class SwitchTo:
    """Hands over to the greenlet of that name."""

    name: str


Action = Print | SwitchTo


@dataclass(frozen=True)
class Run:
    """What was printed, and who had not come to its end when the program did."""

    printed: tuple[str, ...]
    unfinished: tuple[str, ...]


def run(greenlets: Mapping[str, Sequence[Action]], first: str) -> Run:
    """Switches to `first` from the main greenlet, which does nothing else and ends when control comes back to it."""
    positions, ended = dict.fromkeys(greenlets, 0), set[str]()
    printed: list[str] = []
    current = first
    while current != MAIN:
        actions, position = greenlets[current], positions[current]
        if position == len(actions):
            ended.add(current)
            current = MAIN
            continue
        positions[current] += 1
        match actions[position]:
            case Print(line):
                printed.append(line)
            case SwitchTo(name):
                current = MAIN if name in ended else name
    return Run(tuple(printed), tuple(name for name in greenlets if name not in ended))


def token(number: int) -> str:
    """What is printed as the number-th thing, from 0: 12, 34, 56, 78, 910 ..."""
    return f"{2 * number + 1}{2 * number + 2}"


def handed_round(greenlets: int, steps: int) -> dict[str, list[Action]]:
    """Greenlets which print a token each step and hand over to the next one; the last does not after its last step.

    Each says that it ends, behind its last switch if it has one there.
    """
    names = [f"greenlet {number + 1}" for number in range(greenlets)]
    made: dict[str, list[Action]] = {}
    for number, name in enumerate(names):
        actions: list[Action] = []
        for step in range(steps):
            actions.append(Print(token(number * steps + step)))
            if not (number == greenlets - 1 and step == steps - 1):
                actions.append(SwitchTo(names[(number + 1) % greenlets]))
        made[name] = [*actions, Print(f"{name} ends")]
    return made


def from_inside(depth: int, steps: int) -> list[str]:
    """What is printed when the innermost of `depth` nested calls hands over to the main program at each step."""
    down = [f"call {level}" for level in range(1, depth + 1)]
    return [*down, *(line for step in range(1, steps + 1) for line in (f"step {step}", f"main {step}")), "main: over"]


def plainly_called(depth: int, steps: int) -> list[str]:
    """The same where each level calls the next one plainly and is a generator: from the second on, none is run."""
    return from_inside(1, steps) if depth == 1 else ["call 1", "main: over"]
