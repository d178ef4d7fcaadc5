"""Paths in the checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The records of runs, and the marks of runs in progress. IOLAB_RUNS names another directory, for example for tests.
RUNS = Path(os.environ.get("IOLAB_RUNS") or ROOT / "runs").absolute()
CATALOG = ROOT / "scenarios" / "catalog"
FAMILIES = ROOT / "scenarios" / "families"
PROGRAMS = ROOT / "labs" / "programs"
CHECKS = ROOT / "tests" / "outcomes"
EXERCISES = ROOT / "labs" / "exercises"
# A learner's files. IOLAB_WORKSPACE names another directory, for example for tests.
WORKSPACE = Path(os.environ.get("IOLAB_WORKSPACE") or ROOT / "workspace").absolute()
# Has an empty file for each text of a catalog file that was found valid; see definition/catalog_file.py.
CHECKED = ROOT / ".venv" / "catalog-files-found-right"
# Jinja's bytecode of the pages' templates.
COMPILED = ROOT / ".venv" / "templates-of-pages"
# Folders of the code that verdicts depend on: the lab, its programs, images, checks and locked libraries.
VERDICT_CODE = (ROOT / "scenarios", PROGRAMS, ROOT / "images", CHECKS, ROOT / "requirements")


def catalog_files() -> dict[str, Path]:
    """The catalog's files by scenario, sorted by name. Each topic has a folder."""
    return dict(sorted((path.stem, path) for path in CATALOG.rglob("*.yaml")))
