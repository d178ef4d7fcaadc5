"""Greenlets that hand over to one another by hand: each prints, switches to the next, and goes on where it stood.

python -m labs.programs.demos.greenlets_in_turn --greenlets 2 --steps 2
"""

import sys
from collections.abc import Sequence

from greenlet import greenlet

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


def work(number: int, steps: int, all_of_them: list[greenlet]) -> None:
    """Prints a token each step and hands over to the next; the last one simply ends."""
    last, following = number == len(all_of_them) - 1, all_of_them[(number + 1) % len(all_of_them)]
    for step in range(steps):
        first = 2 * (number * steps + step) + 1
        print(f"{first}{first + 1}", flush=True)
        if last and step == 0:
            checkpoint("between", moment="between switches")
        if not (last and step == steps - 1):
            following.switch()
    print(f"greenlet {number + 1} ends", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Makes them all, and switches to the first."""
    parser = options_of(__doc__)
    parser.add_argument("--greenlets", type=at_least(2), default=2, help="how many")
    parser.add_argument("--steps", type=at_least(1), default=2, help="what each does, one switch behind the other")
    options = parser.parse_args(arguments)
    emit("ready", platform=sys.platform)
    made: list[greenlet] = []
    made += [greenlet(lambda number=number: work(number, options.steps, made)) for number in range(options.greenlets)]
    made[0].switch()
    emit("over", suspended=[f"greenlet {number + 1}" for number, one in enumerate(made) if not one.dead])


if __name__ == "__main__":
    main()
