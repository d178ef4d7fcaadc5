"""Greenlets that switch to one another by hand: each prints, switches to the next, and later goes on where it stopped.

python -m labs.programs.demos.greenlets_in_turn --greenlets 2 --steps 2
"""

import sys
from string import ascii_uppercase

from greenlet import greenlet

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


def work(number: int, steps: int, all_of_them: list[greenlet]) -> None:
    """At each step prints its letter and the step, and switches to the next; the last greenlet then just ends."""
    letter = ascii_uppercase[number]
    last, following = number == len(all_of_them) - 1, all_of_them[(number + 1) % len(all_of_them)]
    for step in range(steps):
        print(f"{letter}{step + 1}", flush=True)
        if last and step == 0:
            checkpoint("between", moment="between switches")
        if not (last and step == steps - 1):
            following.switch()
    print(f"greenlet {letter} ends", flush=True)


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("--greenlets", type=at_least(2), default=2, help="number of greenlets")
    parser.add_argument("--steps", type=at_least(1), default=2, help="tokens that each prints, and switches after")
    options = parser.parse_args()
    emit("ready", platform=sys.platform)
    ring: list[greenlet] = []
    ring += [greenlet(lambda number=number: work(number, options.steps, ring)) for number in range(options.greenlets)]
    ring[0].switch()
    emit(
        "over",
        suspended=[f"greenlet {letter}" for letter, one in zip(ascii_uppercase, ring, strict=False) if not one.dead],
    )


if __name__ == "__main__":
    main()
