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
        if not (last and step == steps - 1):
            tasks[(task + 1) % len(tasks)].switch()
    print(f"greenlet {letter} ends", flush=True)


def main() -> None:
    """Makes the tasks, starts the first, and reports which ones are suspended at the end."""
    parser = options_of(__doc__)
    parser.add_argument("--greenlets", type=at_least(2), default=2)
    parser.add_argument("--steps", type=at_least(1), default=2)
    options = parser.parse_args()
    emit("ready")
    tasks: list[greenlet] = []
    for task in range(options.greenlets):
        tasks.append(greenlet(lambda task=task: work(task, options.steps, tasks)))
    tasks[0].switch()
    suspended = [f"greenlet {ascii_uppercase[task]}" for task, one in enumerate(tasks) if not one.dead]
    emit("over", suspended=suspended)


if __name__ == "__main__":
    main()
