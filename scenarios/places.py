"""Where things are in the checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Where runs are kept, with the marks of those under way: IOLAB_RUNS names another directory, as for tests.
RUNS = Path(os.environ.get("IOLAB_RUNS") or ROOT / "runs").absolute()
CATALOG = ROOT / "scenarios" / "catalog"
FAMILIES = ROOT / "scenarios" / "families"
PROGRAMS = ROOT / "labs" / "programs"
CHECKS = ROOT / "tests" / "outcomes"
EXERCISES = ROOT / "labs" / "exercises"
# Where a learner works: IOLAB_WORKSPACE names another directory, as for tests.
WORKSPACE = Path(os.environ.get("IOLAB_WORKSPACE") or ROOT / "workspace").absolute()
# A file for each text of a catalog file that was found right.
CHECKED = ROOT / ".venv" / "catalog-files-found-right"
# Templates of pages, compiled.
COMPILED = ROOT / ".venv" / "templates-of-pages"
