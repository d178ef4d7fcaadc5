"""Control goes to a greenlet and back: the library changes the stack, and the kernel hears nothing of it.

python -m labs.programs.demos.switch_greenlets --turns 1500
"""

from collections.abc import Sequence

from greenlet import getcurrent, greenlet

from labs.programs.demos.switching import run


def main(arguments: Sequence[str] | None = None) -> None:
    """The other one is a greenlet."""
    had = 0

    def wait_for_turns() -> None:
        nonlocal had
        while True:
            had += 1
            first.switch()

    def take_turns(turns: int) -> int:
        nonlocal had
        had = 0
        for _ in range(turns):
            other.switch()
        return had

    first, other = getcurrent(), greenlet(wait_for_turns)
    run(take_turns, __doc__, arguments)


if __name__ == "__main__":
    main()
