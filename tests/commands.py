"""The commands test and lint, which check the project itself."""

import os
import subprocess
import sys

from _pytest.mark.expression import Expression

from scenarios.commands.program import worst
from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE, UsageError
from scenarios.places import ROOT

ALL = ROOT / "tests"
FAST = ALL / "unit"
# Fast tests, and engine tests marked `side_by_side`, measure nothing that a parallel test could disturb. The other
# engine tests run one by one. A test on an engine waits half of its time, so one more test than there are CPUs may run.
PROCESSORS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
FAST_AT_A_TIME, ON_ENGINES_AT_A_TIME = (("-n", str(count)) for count in (PROCESSORS, PROCESSORS + 1))
# From pytest's exit status to ours: an error in a test file is a failure, and finding no test is wrong usage.
NONE_FOUND = 5
SLOWEST = "--durations=20"  # the tests on which time can be saved are listed
MEANING = {0: EXIT_PASS, 1: EXIT_FAIL, 2: EXIT_FAIL, 4: EXIT_USAGE, NONE_FOUND: EXIT_USAGE}


def test(only: str | None, fast: bool) -> int:
    """Runs pytest; the engine tests run even if fast ones fail. The exit status is 0 if all pass."""
    chosen = ["-k", _checked(only)] if only else []
    ended = [_run("pytest", str(FAST), *FAST_AT_A_TIME, *chosen)]
    if not fast:
        for which, how in (("side_by_side", ON_ENGINES_AT_A_TIME), ("not side_by_side", ())):
            ended.append(_run("pytest", str(ALL), f"--ignore={FAST}", "-m", which, SLOWEST, *how, *chosen))
    # With --only, one part may have no test.
    return worst([MEANING.get(one, EXIT_ERROR) for one in ended if one != NONE_FOUND] or [EXIT_USAGE])


def _checked(only: str) -> str:
    """Returns the expression if pytest can parse it; raises UsageError. Parallel pytest would print tracebacks."""
    try:
        Expression.compile(only)
    except SyntaxError as error:
        raise UsageError(f"--only is {only!r}: {error.msg}") from error
    return only


def lint(fix: bool) -> int:
    """Runs ruff, its formatter and mypy, each even if another fails. The exit status is 0 if all pass."""
    checked = _run("ruff", "check", *(["--fix"] if fix else []), str(ROOT))
    formatted = _run("ruff", "format", *([] if fix else ["--check"]), str(ROOT))
    typed = _run("mypy")
    return EXIT_PASS if checked == formatted == typed == 0 else EXIT_FAIL


def _run(module: str, *arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode
