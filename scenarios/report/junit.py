"""One JUnit file for many runs: a suite for each, with its verdict and its checks."""

import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from scenarios.results.record import Record
from scenarios.system.files import write_whole

JUNIT_FILE = "junit.xml"
HEAD = "<?xml version='1.0' encoding='utf-8'?>\n"
# What XML 1.0 cannot hold and a program may print: control codes and lone surrogates.
NOT_IN_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
# The verdict is a test case of its own, since a run can fail while all its checks pass.
RESULTS = {"failed": "failure", "error": "error", "skipped": "skipped"}
OUTCOMES = {"fail": "failure", "error": "error", "skip": "skipped"}
VERDICT = "the measurement agrees with the prediction"


def write(records: Iterable[Record], path: Path) -> None:
    """Writes the suites of these runs in one step; raises OSError."""
    root = Element("testsuites", name="iolab")
    root.extend(_suite(record) for record in records)
    write_whole(path, HEAD + ElementTree.tostring(root, encoding="unicode"))


def _suite(record: Record) -> Element:
    suite = Element("testsuite", name=record.scenario)
    verdict = SubElement(suite, "testcase", classname=record.scenario, name=VERDICT)
    verdict.set("time", f"{record.seconds['total']:.3f}")
    _add_outcome(verdict, OUTCOMES.get(record.verdict), record.problem or "")
    for check in record.checks:
        case = SubElement(suite, "testcase", classname=record.scenario, name=check.name)
        _add_outcome(case, RESULTS.get(check.result), check.message)
    for key, outcome in (("tests", None), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(sum(1 for case in suite if outcome is None or case.find(outcome) is not None)))
    suite.set("time", verdict.get("time", "0"))
    return suite


def _add_outcome(case: Element, outcome: str | None, message: str) -> None:
    if outcome is not None:
        SubElement(case, outcome, message=NOT_IN_XML.sub("?", message))
