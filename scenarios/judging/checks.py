"""Runs a scenario's checks: testinfra modules that pytest runs in this process while the machines still exist."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.junitxml import bin_xml_escape
from testinfra.backend.base import BaseBackend, CommandResult
from testinfra.host import Host

from scenarios import places
from scenarios.errors import Unavailable
from scenarios.judging.prediction import Prediction
from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence, ServiceEvidence
from scenarios.results.record import Check
from scenarios.results.sample import Sample, sample_of
from scenarios.system import signals

if TYPE_CHECKING:
    # Only for type hints: judging imports no engine.
    from scenarios.engines.base import Session

JUNIT_FILE = "junit.xml"
# The checks that every family shares.
EVERY_RUN = "every_run.py"
# The lab's own errors are shown without their type.
OWN_ERRORS = re.compile(r"^scenarios\.errors\.\w+: ")
# Checks ignore the project's own test setup: no configuration file, no conftest, no cache, no output. The last two
# plugins only warn, and collect garbage for it.
LEFT_OUT = ("cacheprovider", "terminal", "unraisableexception", "threadexception")
OPTIONS = (
    *("-c", os.devnull, "--noconftest", "--import-mode=importlib"),
    *(f"-pno:{plugin}" for plugin in LEFT_OUT),
    "-Wignore",  # even if the environment turns warnings into errors
)
# Checks use no plugins of the environment; pytest reads these variables when it starts.
NO_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
# The property of a skipped check that has the reason: it does not apply, or this machine cannot look.
CAUSE = "cause"
# Has pytest compile a slow regular expression at import, which happens while containers start.
bin_xml_escape("")


class EngineBackend(BaseBackend):
    """Runs testinfra's commands through the engine, so that checks are the same on every engine."""

    NAME = "iolab"

    def __init__(self, session: Session, service: str) -> None:
        super().__init__(service)
        self._session, self._service = session, service

    def run(self, command: str, *args: str, **_: Any) -> CommandResult:
        text = self.get_command(command, *args)
        done = self._session.execute(self._service, ("sh", "-c", text))
        return self.result(done.exit_status, self.encode(text), done.stdout, done.stderr)


class ChecksPlugin:
    """A pytest plugin: fixtures with the run, and a record of every check's result."""

    def __init__(
        self, evidence: Evidence, prediction: Prediction, measured: Mapping[str, Json], session: Session
    ) -> None:
        self._evidence, self._prediction, self._measured, self._session = evidence, prediction, measured, session
        self.checks: list[Check] = []

    @pytest.fixture(scope="session")
    def evidence(self) -> Evidence:
        return self._evidence

    @pytest.fixture(scope="session")
    def prediction(self) -> Prediction:
        return self._prediction

    @pytest.fixture(scope="session")
    def measured(self) -> Mapping[str, Json]:
        return self._measured

    @pytest.fixture(scope="session")
    def machine(self) -> Any:
        """A function from a service's name to the testinfra host of that service."""
        return lambda service: Host(EngineBackend(self._session, service))

    @pytest.fixture(scope="session")
    def look(self) -> Callable[[str], Sample | None]:
        """A function from a service's name to a sample of its program as it is now; None if it has ended."""
        services = self._evidence.services
        return lambda service: sample_of("now", self._session.snapshot(service, services[service].pid))

    @pytest.fixture(scope="session")
    def exit_status(self) -> Callable[[str], int | None]:
        """A function from a service's name to the exit status of its program as it is now; None while it runs.

        It is the engine's own report, by its seal; 128 + n if signal n killed the program.
        """
        return lambda service: _exit_status(self._evidence.services[service], self._session)

    @pytest.fixture(scope="session")
    def hosts_reached(self) -> Callable[[str], Sequence[str]]:
        """A function from a service's name to the addresses of the lab's host that answer from inside it."""
        return self._session.hosts_reached

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """If this machine cannot show what a check needs, the check is skipped with the reason; it does not fail."""
        report = yield
        if call.when != "teardown" and call.excinfo and call.excinfo.errisinstance(Unavailable):
            report.outcome = "skipped"
            report.longrepr = (str(item.path), 0, str(call.excinfo.value))
            report.user_properties.append((CAUSE, Unavailable.__name__))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        signals.raise_if_received()
        if report.when == "call" or report.outcome != "passed":
            name = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
            result = _result(report)
            cause = _cause(report) if result == "error" else _why_skipped(report)
            self.checks.append(Check(name, result, _message(report), cause))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported counts as one check with an error."""
        if report.failed:
            name = f"the checks in {Path(report.nodeid).name} can be imported"
            self.checks.append(Check(name, "error", str(report.longrepr)))


def _exit_status(service: ServiceEvidence, session: Session) -> int | None:
    seal = next(str(event["seal"]).encode() for event in service.events if event["event"] == "started")
    lines = b"".join(session.log(service.name, "stdout")).splitlines()
    ends = [json.loads(line) for line in lines if seal in line and line.startswith(b'{"event": "exited"')]
    return int(ends[0]["code"]) if ends else None


def _result(report: pytest.TestReport) -> Any:
    """A check fails by its assertion; any other exception is an error."""
    asserted = report.when == "call" and _crash(report).startswith(("AssertionError", "assert "))
    return "error" if report.outcome == "failed" and not asserted else report.outcome


def _cause(report: pytest.TestReport) -> str | None:
    return _crash(report).partition(":")[0].rpartition(".")[2] or None


def _crash(report: pytest.TestReport) -> str:
    """The type and the message of the exception that ended a check; empty if there was none."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message) if crash else ""


def _why_skipped(report: pytest.TestReport) -> str | None:
    return next((str(value) for key, value in report.user_properties if key == CAUSE), None)


def _message(report: pytest.TestReport) -> str:
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return OWN_ERRORS.sub("", _crash(report)) or str(report.longrepr or "")


def run_checks(
    evidence: Evidence,
    prediction: Prediction,
    measured: Mapping[str, Json],
    session: Session,
    directory: Path,
    further: Sequence[Path] = (),
) -> tuple[Check, ...]:
    """Runs the scenario's checks, then those of `further` modules; also writes JUnit XML into `directory`."""
    plugin = ChecksPlugin(evidence, prediction, measured, session)
    modules = (places.CHECKS / EVERY_RUN, places.CHECKS / f"{evidence.scenario.family}.py", *further)
    suite = f"--override-ini=junit_suite_name={evidence.scenario.name}"
    outputs = (f"--rootdir={places.CHECKS}", f"--junitxml={directory / JUNIT_FILE}", suite)
    output = io.StringIO()  # such as a traceback when pytest is interrupted; not for the user of a scenario
    with pytest.MonkeyPatch.context() as environment, redirect_stderr(output), redirect_stdout(output):
        for name, value in NO_PLUGINS.items():
            environment.setenv(name, value)
        status = pytest.main([*map(str, modules), *outputs, *OPTIONS], plugins=[plugin])
    signals.raise_if_received()
    if not plugin.checks:
        plugin.checks.append(Check("the checks ran", "error", f"pytest ran no checks: {status!s} {output.getvalue()}"))
    return tuple(plugin.checks)
