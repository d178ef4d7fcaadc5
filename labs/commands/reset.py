"""lab.reset: starts an exercise over."""

from labs import output, workspace
from labs.commands.check import find_or_current
from scenarios.errors import EXIT_PASS


def reset(name: str) -> int:
    """Copies the starter again, and keeps the learner's files in another folder."""
    exercise = find_or_current(name)
    old_files = workspace.reset(exercise)
    out = output.terminal()
    out.print(output.line("reset", f"{exercise.name} starts over"))
    out.print(output.path_line("old files", workspace.display_path(old_files)), soft_wrap=True)
    return EXIT_PASS
