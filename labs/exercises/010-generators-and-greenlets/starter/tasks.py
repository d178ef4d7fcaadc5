"""Tasks that take turns: each prints a number, hands over to the next, and goes on where it stood.

With 2 tasks of 2 steps the numbers come as 12 56 34 78.
"""

from greenlet import greenlet

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


def number_of(task: int, step: int, steps: int) -> str:
    """The number that a task prints in a step: 12, 34 for the first task, 56, 78 for the second, ..."""
    first = 2 * (task * steps + step) + 1
    return f"{first}{first + 1}"


def work(task: int, steps: int, everybody: list[greenlet]) -> None:
    """One task. The last task says at its first step that the lab may look around."""
    last = task == len(everybody) - 1
    for step in range(steps):
        print(number_of(task, step, steps), flush=True)
        if last and step == 0:
            checkpoint("between", moment="between switches")
        # TODO 1: hand over to the next task, so that it prints now. After its very last number the last task does not.
    print(f"greenlet {task + 1} ends", flush=True)


def main() -> None:
    """Makes the tasks and starts the first."""
    parser = options_of(__doc__)
    parser.add_argument("--greenlets", type=at_least(2), default=2)
    parser.add_argument("--steps", type=at_least(1), default=2)
    options = parser.parse_args()
    emit("ready")
    # TODO 2: make a greenlet of each task, and switch to the first alone.
    everybody: list[greenlet] = [greenlet(work) for _ in range(options.greenlets)]
    for task in range(options.greenlets):
        work(task, options.steps, everybody)
    emit("over", suspended=[f"greenlet {task + 1}" for task, one in enumerate(everybody) if not one.dead])


if __name__ == "__main__":
    main()
