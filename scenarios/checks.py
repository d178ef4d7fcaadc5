"""Runs a scenario's checks: testinfra modules, run by pytest in this process on machines that still stand."""

import io
import os
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from _pytest.junitxml import bin_xml_escape
from testinfra.backend.base import BaseBackend, CommandResult
from testinfra.host import Host

from scenarios import places, signals
from scenarios.engines.base import Session
from scenarios.errors import Unavailable
from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.quantities import Json
from scenarios.record import Check

JUNIT_FILE = "junit.xml"
# The checks that are the same for all families.
EVERY_RUN = "every_run.py"
# The lab's own errors are told by their message alone.
OWN_ERRORS = re.compile(r"^scenarios\.errors\.\w+: ")
# Nothing of the project's own test run applies here: no configuration file, no conftest, no cache, no output. Nor what
# only warns, and collects garbage for it until there is none: nobody would see it.
LEFT_OUT = ("cacheprovider", "terminal", "unraisableexception", "threadexception")
OPTIONS = (
    *("-c", os.devnull, "--noconftest", "--import-mode=importlib"),
    *(f"-pno:{plugin}" for plugin in LEFT_OUT),
    "-Wignore",  # also where the environment makes errors of what only warns
)
# No plugins of the environment either; pytest reads this when it starts.
NO_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
# Under which a skipped check keeps why: it did not apply, or nobody could look.
CAUSE = "cause"
# Makes pytest compile an expression that takes it longer than all checks, while this is imported: ahead of its need.
bin_xml_escape("")


class EngineBackend(BaseBackend):
    """Testinfra's way into a service: the engine's own execute, so that checks are the same on every engine."""

    NAME = "iolab"

    def __init__(self, session: Session, service: str) -> None:
        """Commands run on the machine of `service`."""
        super().__init__(service)
        self._session, self._service = session, service

    def run(self, command: str, *args: str, **_: Any) -> CommandResult:
        """Runs one shell command."""
        text = self.get_command(command, *args)
        done = self._session.execute(self._service, ("sh", "-c", text))
        return self.result(done.exit_status, self.encode(text), done.stdout, done.stderr)


class Given:
    """The pytest plugin that hands a run to its checks and keeps what they said."""

    def __init__(
        self, evidence: Evidence, prediction: Prediction, measured: Mapping[str, Json], session: Session
    ) -> None:
        """What the fixtures below return."""
        self._evidence, self._prediction, self._measured, self._session = evidence, prediction, measured, session
        self.checks: list[Check] = []

    @pytest.fixture(scope="session")
    def evidence(self) -> Evidence:
        """Everything kept of the run."""
        return self._evidence

    @pytest.fixture(scope="session")
    def prediction(self) -> Prediction:
        """What theory said."""
        return self._prediction

    @pytest.fixture(scope="session")
    def measured(self) -> Mapping[str, Json]:
        """What happened."""
        return self._measured

    @pytest.fixture(scope="session")
    def machine(self) -> Any:
        """A function from a service's name to testinfra's host of that service."""
        return lambda service: Host(EngineBackend(self._session, service))

    @pytest.fixture(scope="session")
    def hosts_reached(self) -> Callable[[str], Sequence[str]]:
        """A function from a service's name to the addresses of the lab's own host that answer from inside it."""
        return self._session.hosts_reached

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Item) -> Generator[None, object, object]:
        """What nobody can look at on this machine is no failure: the check is skipped, with the reason."""
        return (yield from _skipped_where_unavailable(pyfuncitem))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """So is each check whose fixtures could not look."""
        return (yield from _skipped_where_unavailable(item))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps a check's result; one that crashed in its fixtures is unknown rather than failed."""
        signals.raise_if_received()
        if report.when == "call" or report.outcome != "passed":
            name = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
            result = _result(report)
            cause = _cause(report) if result == "error" else _why_skipped(report)
            self.checks.append(Check(name=name, result=result, message=_message(report), cause=cause))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported is a check that is unknown."""
        if report.failed:
            self.checks.append(
                Check(
                    name=f"the checks {Path(report.nodeid).name} can be read",
                    result="error",
                    message=str(report.longrepr),
                )
            )


def _skipped_where_unavailable(item: pytest.Item) -> Generator[None, object, object]:
    try:
        return (yield)
    except Unavailable as reason:
        item.user_properties.append((CAUSE, Unavailable.__name__))
        pytest.skip(str(reason))


@contextmanager
def _without_plugins() -> Iterator[None]:
    """Has NO_PLUGINS in the environment; unittest.mock, which could do the same, brings asyncio along."""
    before = dict(os.environ)
    os.environ.update(NO_PLUGINS)
    try:
        yield
    finally:
        for name in NO_PLUGINS:
            del os.environ[name]
        os.environ.update({name: before[name] for name in NO_PLUGINS.keys() & before.keys()})


def _result(report: pytest.TestReport) -> Any:
    if report.outcome == "failed":
        crash = getattr(report.longrepr, "reprcrash", None)
        asserted = crash is not None and crash.message.startswith(("AssertionError", "assert "))
        return "failed" if report.when == "call" and asserted else "error"
    return report.outcome


def _cause(report: pytest.TestReport) -> str | None:
    """The name of the exception by which a check crashed."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message).partition(":")[0].rpartition(".")[2] if crash else None


def _why_skipped(report: pytest.TestReport) -> str | None:
    """Unavailable, if that is why nothing is known."""
    return next((str(value) for key, value in report.user_properties if key == CAUSE), None)


def _message(report: pytest.TestReport) -> str:
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    return OWN_ERRORS.sub("", str(crash.message)) if crash else str(report.longrepr or "")


def run_checks(
    evidence: Evidence,
    prediction: Prediction,
    measured: Mapping[str, Json],
    session: Session,
    directory: Path,
    further: Sequence[Path] = (),
) -> tuple[Check, ...]:
    """The results of the scenario's checks, one each, those of `further` modules last; also written as JUnit XML into
    `directory`.
    """
    given = Given(evidence, prediction, measured, session)
    modules = (places.CHECKS / EVERY_RUN, places.CHECKS / f"{evidence.scenario.family}.py", *further)
    said = io.StringIO()
    # What pytest prints itself, such as a traceback when it is interrupted, is not for the user of a scenario.
    with _without_plugins(), redirect_stderr(said), redirect_stdout(said):
        status = pytest.main(
            [
                *map(str, modules),
                f"--rootdir={places.CHECKS}",
                f"--junitxml={directory / JUNIT_FILE}",
                "-o",
                f"junit_suite_name={evidence.scenario.name}",
                *OPTIONS,
            ],
            plugins=[given],
        )
    signals.raise_if_received()
    if not given.checks:
        given.checks.append(
            Check(name="the checks ran", result="error", message=f"pytest ran none: {status!s} {said.getvalue()}")
        )
    return tuple(given.checks)
