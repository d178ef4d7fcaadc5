"""The programs that an exercise is verified with: its starter, its solution, other right programs, and wrong ones.

A program in `other/` or `wrong/` replaces one file of the solution. It is a whole program (`.py`), or the change that
makes it from the solution (`.diff`: hunks as in a unified diff, each after a line that begins with `@@`). Its first
lines say, after `# `, what is special about it:

    # replaces: server.py      the file of the solution; may be left out if there is only one
    # finding: served          in wrong/: a finding that the check must report; `served|crash` if either will do
    # engine: docker           only a container shows that it is wrong
"""

import os
import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labs import randomize
from labs.checking import Checked, judge
from labs.exercise import Exercise
from scenarios.errors import SpecError
from scenarios.pipeline.experiment import Setup
from scenarios.results import run_directories

HEADER = re.compile(r"# (replaces|finding|engine): *(\S+)\n")
# Where a trial's files are laid, in the folder for temporary files; the number of the process follows.
FOLDER = "iolab-verify-"
TIMES = 3  # a right solution passes each time, with other parameters


@dataclass(frozen=True)
class Trial:
    """One program and the result that its check must have; `finding` is None for a right program.

    `file` (None: nothing) of the solution is replaced by the program at `path`; `folder` has the other files.
    """

    exercise: Exercise
    folder: Path
    path: Path | None = None
    file: str | None = None
    finding: str | None = None
    number: int = 1
    engine: str | None = None

    @property
    def name(self) -> str:
        """Such as `starter`, `solution 2` or `wrong/one_thread.py`."""
        if self.path is None:
            return self.folder.name if self.finding else f"{self.folder.name} {self.number}"
        return f"{self.path.parent.name}/{self.path.name}"

    def lay(self, here: Path) -> None:
        """Writes the program's files into a folder; raises SpecError where a change does not fit the solution."""
        for name in self.exercise.files:
            shutil.copyfile(self.folder / name, here / name)
        if self.path is not None and self.file is not None:
            text = self.path.read_text(encoding="utf-8")
            if self.path.suffix == ".diff":
                text = changed((here / self.file).read_text(encoding="utf-8"), text, self.path)
            (here / self.file).write_text(text, encoding="utf-8")

    def problem(self, setup: Setup) -> str | None:
        """Runs it; returns how the result differs from what it must be, or None. Its runs are removed if it agrees."""
        with tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-") as folder:
            self.lay(Path(folder))
            drawn = randomize.draw(self.exercise, random.SystemRandom())
            checked = judge(self.exercise, Path(folder), drawn, setup)
        problem = self._differs(checked)
        if problem is None:
            run_directories.remove(*(Path(one.record.run) for one in checked.done if one.record.run))
            return None
        return f"{problem} (parameters {checked.drawn}, runs {[one.record.run for one in checked.done]})"

    def _differs(self, checked: Checked) -> str | None:
        found = [one.about for one in checked.findings]
        actual = "; ".join(f"{one.about}: {one.told}" for one in checked.findings) or checked.problem or "nothing found"
        if self.finding is None:
            return None if checked.result in ("passed", "skipped") else f"should pass, is {checked.result}: {actual}"
        if checked.result == "skipped":
            return None
        # The starter shows the effect of its first TODO first; a wrong program may have several faults.
        there = found[:1] if self.path is None else found
        if checked.result == "not yet" and set(self.finding.split("|")) & set(there):
            return None
        return f"should be rejected with {self.finding}, is {checked.result}: {actual}"


def trials(exercise: Exercise) -> list[Trial]:
    """All programs of an exercise; raises SpecError for a file that says too little."""
    solution = [Trial(exercise, exercise.solution, number=number) for number in range(1, TIMES + 1)]
    starter = Trial(exercise, exercise.starter, finding=exercise.spec.starter)
    return [starter, *solution, *_programs(exercise, exercise.other), *_programs(exercise, exercise.wrong)]


def _programs(exercise: Exercise, folder: Path) -> Iterator[Trial]:
    for path in sorted(path for path in folder.glob("*") if path.suffix in (".py", ".diff")):
        said = dict(HEADER.findall(path.read_text(encoding="utf-8")))
        file = said.get("replaces") or (exercise.files[0] if len(exercise.files) == 1 else "")
        if file not in exercise.files:
            raise SpecError(
                str(path), 1, f"say which file of the solution it replaces: # replaces: {exercise.files[0]}"
            )
        if (folder == exercise.wrong) != ("finding" in said):
            raise SpecError(str(path), 1, "a program in wrong/, and no other, names its finding: # finding: crash")
        yield Trial(exercise, exercise.solution, path, file, said.get("finding"), engine=said.get("engine"))


def changed(text: str, difference: str, path: Path) -> str:
    """The text with each hunk applied where its lines stand; raises SpecError if they stand there not exactly once."""
    for hunk in re.split(r"^@@.*\n", difference, flags=re.MULTILINE)[1:]:
        lines = hunk.splitlines(keepends=True)
        before, after = ("".join(line[1:] or line for line in lines if line[0] != other) for other in "+-")
        if text.count(before) != 1:
            raise SpecError(str(path), 1, f"these lines stand {text.count(before)} times in the solution: {before}")
        text = text.replace(before, after)
    return text


def unfit_files(exercise: Exercise) -> list[str]:
    """A sentence for each file that does not belong into an exercise's folder, or is missing there."""
    empty = [one for one in (exercise.other, exercise.wrong) if not any(_programs(exercise, one))]
    return [
        *(f"no program is in {folder}: lab.verify has nothing to try" for folder in empty),
        *(f"a file or folder that is no part of an exercise: {path}" for path in _strays(exercise)),
    ]


def _strays(exercise: Exercise) -> Iterator[Path]:
    known = {"README.md", "exercise.yaml", "checks.py", "diagram.svg"}
    programs = {"starter": (".py",), "solution": (".py",), "other": (".py", ".diff"), "wrong": (".py", ".diff")}
    for path in sorted(exercise.folder.rglob("*")):
        folder, *names = path.relative_to(exercise.folder).parts
        if "__pycache__" in (folder, *names):
            continue
        is_program = len(names) == 1 and path.is_file() and path.suffix in programs.get(folder, ())
        if not is_program and not (not names and folder in (known if path.is_file() else programs)):
            yield path
