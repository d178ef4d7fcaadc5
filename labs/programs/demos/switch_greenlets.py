"""Control goes to a greenlet and back: the library changes the stack, without a system call.

python -m labs.programs.demos.switch_greenlets --turns 1500
"""

from greenlet import getcurrent, greenlet

from labs.programs.demos.switching import run, show


def main() -> None:
    had, shows = 0, False

    def wait_for_turns() -> None:
        nonlocal had
        while True:
            had += 1
            if shows:
                show()
            first.switch()

    def take_turns(turns: int, visibly: bool) -> int:
        nonlocal had, shows
        had, shows = 0, visibly
        for _ in range(turns):
            other.switch()
        return had

    first, other = getcurrent(), greenlet(wait_for_turns)
    run(take_turns, __doc__)


if __name__ == "__main__":
    main()
