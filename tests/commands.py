"""The commands that check the project itself: test and lint."""

import subprocess
import sys

from scenarios.errors import EXIT_FAIL, EXIT_PASS
from scenarios.spec import ROOT

FAST = ROOT / "tests" / "unit"
ALL = ROOT / "tests"


def test(only: str | None, fast: bool) -> int:
    """Runs pytest; 0 when all passed."""
    chosen = ["-k", only] if only else []
    return _run("pytest", str(FAST if fast else ALL), *chosen)


def lint(fix: bool) -> int:
    """Runs ruff and mypy, both even if the first finds something; 0 when neither did."""
    checked = _run("ruff", "check", *(["--fix"] if fix else []), str(ROOT))
    typed = _run("mypy")
    return EXIT_PASS if checked == typed == 0 else EXIT_FAIL


def _run(module: str, *arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode
