"""The commands that check the project itself: test and lint."""

import os
import subprocess
import sys

from scenarios.commands.program import worst
from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE, UsageError
from scenarios.places import ROOT

ALL = ROOT / "tests"
FAST = ALL / "unit"
# Fast tests measure nothing that another beside them could spoil, and of those on engines some do not; the others have
# the machine to themselves. What runs on an engine waits for half of its time, so one more than the processors fits in.
PROCESSORS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
FAST_AT_A_TIME, ON_ENGINES_AT_A_TIME = (("-n", str(count)) for count in (PROCESSORS, PROCESSORS + 1))
# pytest's own exit statuses as ours: an error of the tests' files is a failure too, and no test found is wrong usage.
NONE_FOUND = 5
MEANING = {0: EXIT_PASS, 1: EXIT_FAIL, 2: EXIT_FAIL, 4: EXIT_USAGE, NONE_FOUND: EXIT_USAGE}


def test(only: str | None, fast: bool) -> int:
    """Runs pytest, with all tests even if the fast ones fail; 0 when all passed."""
    chosen = ["-k", _understood(only)] if only else []
    ended = [_run("pytest", str(FAST), *FAST_AT_A_TIME, *chosen)]
    if not fast:
        for which, how in (("side_by_side", ON_ENGINES_AT_A_TIME), ("not side_by_side", ())):
            ended.append(_run("pytest", str(ALL), f"--ignore={FAST}", "-m", which, *how, *chosen))
    # What was asked for may stand in one part alone.
    told = [MEANING.get(one, EXIT_ERROR) for one in ended if one != NONE_FOUND] or [EXIT_USAGE]
    return worst(told)


def _understood(only: str) -> str:
    """The expression, which pytest's processes side by side would not refuse in one line; raises UsageError."""
    from _pytest.mark.expression import Expression

    try:
        Expression.compile(only)
    except SyntaxError as error:
        raise UsageError(f"--only is {only!r}: {error.msg}") from error
    return only


def lint(fix: bool) -> int:
    """Runs ruff, its formatter and mypy, all even if the first finds something; 0 when none did."""
    checked = _run("ruff", "check", *(["--fix"] if fix else []), str(ROOT))
    formatted = _run("ruff", "format", *([] if fix else ["--check"]), str(ROOT))
    typed = _run("mypy")
    return EXIT_PASS if checked == formatted == typed == 0 else EXIT_FAIL


def _run(module: str, *arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode
