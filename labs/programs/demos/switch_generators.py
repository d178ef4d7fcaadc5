"""Control goes to a generator and back: the interpreter only goes on in another frame.

python -m labs.programs.demos.switch_generators --turns 1500
"""

from collections.abc import Iterator

from labs.programs.demos.switching import run, show


def main() -> None:
    had, shows = 0, False

    def wait_for_turns() -> Iterator[None]:
        nonlocal had
        while True:
            had += 1
            if shows:
                show()
            yield

    def take_turns(turns: int, visibly: bool) -> int:
        nonlocal had, shows
        had, shows = 0, visibly
        for _ in range(turns):
            next(other)
        return had

    other = wait_for_turns()
    run(take_turns, __doc__)


if __name__ == "__main__":
    main()
