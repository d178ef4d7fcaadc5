"""Control goes to a thread and back, by two locks: each time the kernel puts one to sleep and wakes the other.

python -m labs.programs.demos.switch_threads --turns 1500
"""

from threading import Lock, Thread

from labs.programs.demos.switching import run, show


def main() -> None:
    had, shows = 0, False
    here, there = Lock(), Lock()

    def wait_for_turns() -> None:
        nonlocal had
        while there.acquire():
            had += 1
            if shows:
                show()
            here.release()

    def take_turns(turns: int, visibly: bool) -> int:
        nonlocal had, shows
        had, shows = 0, visibly
        for _ in range(turns):
            there.release()
            here.acquire()
        return had

    here.acquire()
    there.acquire()
    Thread(target=wait_for_turns, daemon=True).start()
    run(take_turns, __doc__)


if __name__ == "__main__":
    main()
