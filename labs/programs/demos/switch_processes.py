"""Control goes to a process and back, by two pipes: each time the kernel puts one to sleep and wakes the other.

python -m labs.programs.demos.switch_processes --turns 1500
"""

import os

from labs.programs.demos.switching import TURN, run


def main() -> None:
    from_here, to_there = os.pipe()
    from_there, to_here = os.pipe()

    def wait_for_turns() -> None:
        os.close(to_there)
        while os.read(from_here, 1):
            os.write(to_here, TURN)

    def take_turns(turns: int, visibly: bool) -> int:  # noqa: ARG001 - the other process writes in each turn anyway
        had = 0
        for _ in range(turns):
            os.write(to_there, TURN)
            had += len(os.read(from_there, 1))
        return had

    other = os.fork()  # it ends when no process can write to its pipe any more
    if not other:
        wait_for_turns()
        os._exit(0)
    run(take_turns, __doc__, other)


if __name__ == "__main__":
    main()
