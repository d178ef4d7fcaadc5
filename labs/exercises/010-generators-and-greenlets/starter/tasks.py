"""Tasks that take turns: each prints a label, switches to the next task, and later resumes where it stopped.

With 2 tasks of 2 steps the program prints A1 B1 A2 B2.
"""

from string import ascii_uppercase

from greenlet import greenlet

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


def work(task: int, steps: int, tasks: list[greenlet]) -> None:
    """Runs one task. At its first step the last task lets the lab inspect the process (checkpoint)."""
    letter, last = ascii_uppercase[task], task == len(tasks) - 1
    for step in range(steps):
        print(f"{letter}{step + 1}", flush=True)
        if last and step == 0:
            checkpoint("between", moment="between switches")
        # TODO 1: switch to the next task, so that it prints now. The last task does not switch after its last label.
    print(f"greenlet {letter} ends", flush=True)


def main() -> None:
    """Makes the tasks, starts the first, and reports which ones are suspended at the end."""
    parser = options_of(__doc__)
    parser.add_argument("--greenlets", type=at_least(2), default=2)
    parser.add_argument("--steps", type=at_least(1), default=2)
    options = parser.parse_args()
    emit("ready")
    # TODO 2: make each task a greenlet, and switch to the first one only.
    tasks: list[greenlet] = [greenlet(work) for _ in range(options.greenlets)]
    for task in range(options.greenlets):
        work(task, options.steps, tasks)
    suspended = [f"greenlet {ascii_uppercase[task]}" for task, one in enumerate(tasks) if not one.dead]
    emit("over", suspended=suspended)


if __name__ == "__main__":
    main()
