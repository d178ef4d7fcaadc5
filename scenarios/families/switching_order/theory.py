"""The order in which code runs that switches explicitly: greenlets that switch, generators that yield. Pure.

It rests on three rules of greenlet's documentation and one of Python's:

- A greenlet runs until it switches to another, and continues where it stood when another switches back to it.
- When a greenlet ends, its parent continues: the main greenlet unless another was named. A switch to a greenlet that
  has ended goes to its parent too.
- When the main greenlet ends, so does the program. A greenlet that still waits is not resumed where it stood; if its
  last reference goes, GreenletExit is raised in it and its `finally` blocks run.
- To call a generator function runs none of its code (language reference, yield expressions): it creates a generator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

MAIN = "main"
# Each greenlet has a letter, so there are at most so many.
LETTERS = ascii_uppercase


@dataclass(frozen=True)
class Print:
    line: str


@dataclass(frozen=True)
class SwitchTo:
    name: str


Action = Print | SwitchTo


@dataclass(frozen=True)
class Run:
    """The printed lines, who printed each, and the greenlets that had not finished when the program ended."""

    printed: tuple[str, ...]
    printers: tuple[str, ...]
    unfinished: tuple[str, ...]


def run(greenlets: Mapping[str, Sequence[Action]], first: str) -> Run:
    """The run of a main greenlet that only switches to `first`, and ends when control returns to it."""
    positions, ended = dict.fromkeys(greenlets, 0), set[str]()
    printed, printers = list[str](), list[str]()
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
                printers.append(current)
            case SwitchTo(name):
                current = MAIN if name in ended else name
    return Run(tuple(printed), tuple(printers), tuple(name for name in greenlets if name not in ended))


def name_of(greenlet: int) -> str:
    """The name of a greenlet, from 0."""
    return f"greenlet {LETTERS[greenlet]}"


def token(greenlet: int, step: int) -> str:
    """The text that a greenlet prints in a step, both from 0: its letter, and the number of the step from 1."""
    return f"{LETTERS[greenlet]}{step + 1}"


def handed_round(greenlets: int, steps: int) -> dict[str, list[Action]]:
    """Greenlets that at each step print a token and switch to the next one, and print when they end."""
    names = [name_of(number) for number in range(greenlets)]
    actions_of: dict[str, list[Action]] = {}
    for number, name in enumerate(names):
        following = SwitchTo(names[(number + 1) % greenlets])
        actions: list[Action] = []
        for step in range(steps):
            actions += [Print(token(number, step)), following]
        actions_of[name] = [*actions, Print(f"{name} ends")]
    del actions_of[names[-1]][-2]  # the last one does not switch after its last step
    return actions_of


def from_inside(depth: int, steps: int) -> list[str]:
    """The lines that are printed if the innermost of `depth` nested calls switches to the main program at each step."""
    down = [f"call {level}" for level in range(1, depth + 1)]
    return [*down, *(line for step in range(1, steps + 1) for line in (f"step {step}", f"main {step}")), "main: over"]


def plainly_called(depth: int, steps: int) -> list[str]:
    """The same if each level is a generator that calls the next without `yield from`: from the second on, none runs."""
    return from_inside(1, steps) if depth == 1 else ["call 1", "main: over"]


def printers(lines: Sequence[str], depth: int, *, generators: bool) -> list[tuple[str, int]]:
    """For each of the lines of nested calls, the greenlet that prints it and how many generators stand in each other.

    The calls are those of one greenlet, or each is a generator.
    """
    levels = {"step": depth, "main": 0, "main:": 0}
    made = []
    for line in lines:
        what, number = line.split()
        level = int(number) if what == "call" else levels[what]
        made.append((MAIN, level) if generators else ("greenlet 1" if level else MAIN, 0))
    return made
