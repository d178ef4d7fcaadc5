"""One JUnit file of many runs: a suite each, with the run's own checks and its verdict."""

import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from scenarios.files import write_whole
from scenarios.record import Record

JUNIT_FILE = "junit.xml"
HEAD = "<?xml version='1.0' encoding='utf-8'?>\n"
NOT_IN_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
# What a verdict that is not pass is in a test case; the verdict stands beside the checks, since a run can fail by its
# numbers alone.
OUTCOMES = {"fail": "failure", "error": "error", "skip": "skipped"}
VERDICT = "what was measured is what was predicted"


def write(records: Iterable[Record], path: Path) -> None:
    """Writes the suites of these runs, in one step; raises OSError."""
    root = Element("testsuites", name="iolab")
    root.extend(_suite(record) for record in records)
    write_whole(path, HEAD + ElementTree.tostring(root, encoding="unicode"))


def _suite(record: Record) -> Element:
    suite = Element("testsuite", name=record.scenario)
    verdict = SubElement(suite, "testcase", classname=record.scenario, name=VERDICT)
    verdict.set("time", f"{record.seconds['total']:.3f}")
    _tell(verdict, OUTCOMES.get(record.verdict), record.problem or "")
    for check in record.checks:
        case = SubElement(suite, "testcase", classname=record.scenario, name=check.name)
        _tell(case, {"failed": "failure", "error": "error", "skipped": "skipped"}.get(check.result), check.message)
    for key, outcome in (("tests", None), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(sum(1 for case in suite if outcome is None or case.find(outcome) is not None)))
    suite.set("time", verdict.get("time", "0"))
    return suite


def _tell(case: Element, outcome: str | None, message: str) -> None:
    if outcome is not None:
        SubElement(case, outcome, message=_printable(message))


def _printable(text: str) -> str:
    """XML 1.0 has no characters for control codes and halves of surrogate pairs, which a program may print."""
    return NOT_IN_XML.sub("?", text)
