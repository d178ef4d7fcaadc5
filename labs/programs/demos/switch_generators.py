"""Control goes to a generator and back: the interpreter goes on in another frame, and nobody else hears of it.

python -m labs.programs.demos.switch_generators --turns 1500
"""

from collections.abc import Iterator, Sequence

from labs.programs.demos.switching import run


def main(arguments: Sequence[str] | None = None) -> None:
    """The other one is a generator."""
    had = 0

    def wait_for_turns() -> Iterator[None]:
        nonlocal had
        while True:
            had += 1
            yield

    def take_turns(turns: int) -> int:
        nonlocal had
        had = 0
        for _ in range(turns):
            next(other)
        return had

    other = wait_for_turns()
    run(take_turns, __doc__, arguments)


if __name__ == "__main__":
    main()
