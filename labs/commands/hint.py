"""lab.hint: shows the next hint."""

from labs import hints, output, progress
from labs.commands.check import find_or_current
from scenarios.errors import EXIT_PASS, UsageError


def hint(name: str) -> int:
    """Shows the next hint and counts it; raises UsageError if the exercise is not started."""
    exercise = find_or_current(name)
    every = exercise.spec.hints
    with progress.updating() as saved:
        entry = saved.entry(exercise.name)
        if entry.state == "new":
            raise UsageError(f"start the exercise first: ./inv lab.start {exercise.number}")
        index = hints.next_hint(exercise, entry)
        if index is not None:
            entry.hints.append(index)
        count = len(entry.hints)
    if index is None:
        why = "no more hints for what your last attempt showed" if count < len(every) else "no more hints"
        text = f"there are {why}; ./inv lab.solution {exercise.number} --show shows a solution"
        output.terminal().print(output.line("hint", text))
    else:
        output.terminal().print(output.line(f"hint {count}", every[index].say, "bold"))
    return EXIT_PASS
