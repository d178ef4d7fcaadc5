"""Control goes to a thread and back, by two locks: each time the kernel puts one to sleep and wakes the other.

python -m labs.programs.demos.switch_threads --turns 1500
"""

from collections.abc import Sequence
from threading import Lock, Thread

from labs.programs.demos.switching import run


def main(arguments: Sequence[str] | None = None) -> None:
    """The other one is a thread."""
    had = 0
    here, there = Lock(), Lock()

    def wait_for_turns() -> None:
        nonlocal had
        while there.acquire():
            had += 1
            here.release()

    def take_turns(turns: int) -> int:
        nonlocal had
        had = 0
        for _ in range(turns):
            there.release()
            here.acquire()
        return had

    here.acquire()
    there.acquire()
    Thread(target=wait_for_turns, daemon=True).start()
    run(take_turns, __doc__, arguments)


if __name__ == "__main__":
    main()
