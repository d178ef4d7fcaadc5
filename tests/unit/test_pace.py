"""What is seen of services in passing: noted while they run, with what it cost, and never in the way of a run."""

import time
from pathlib import Path

import pytest

from scenarios import courses
from scenarios.engines.base import Stream
from scenarios.errors import EngineGone
from scenarios.run import pace
from scenarios.run.pace import Pace
from scenarios.run.transcript import Transcript
from tests.unit.scripted import event

STAT = "S 1 1 1 0 -1 0 0 0 0 0 100 50 0 0 20 0 3 0 5 1000000 2500 0"
WITHIN = 10.0


class Session:
    """Answers glances."""

    def __init__(self) -> None:
        self.asked = 0
        self.sockets = "96"
        self.each = 0.0
        self.gone = False

    def glance(self, service: str, pid: int) -> str:
        self.asked += 1
        if self.gone:
            raise EngineGone("it is gone")
        return f"{0.25 + self.each * (self.asked - 1)} {100 + self.asked} {self.sockets} {STAT}"


@pytest.fixture
def session() -> Session:
    return Session()


def said(directory: Path, *events: str) -> Transcript:
    transcript = Transcript(["server", "client"], time.monotonic() + 60, directory)
    stream: Stream = "stdout"
    for text in events:
        transcript.output("server", stream, text.replace("SEAL", transcript.seal).encode())
    return transcript


def until(session: Session, times: int) -> None:
    by = time.monotonic() + WITHIN
    while session.asked < times:
        assert time.monotonic() < by
        time.sleep(0.002)


def paced(
    session: Session, directory: Path, monkeypatch: pytest.MonkeyPatch, period: str = "0.005", times: int = 3
) -> courses.Courses:
    monkeypatch.setenv(pace.PERIOD, period)
    transcript = said(directory, event("started", pid=7, seal="SEAL"))
    one = Pace(session, transcript, directory, lambda: ["server", "client"])  # type: ignore[arg-type]
    one.begin()
    until(session, times)
    one.end()
    transcript.close()
    return courses.load(directory)


def test_each_look_is_a_line_and_the_last_one_says_what_they_cost(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = paced(session, tmp_path, monkeypatch)
    assert set(found.seen) == {"server"}, "the client has not begun"
    first = found.seen["server"][0]
    assert (first["descriptors"], first["resident"], first["cpu"], first["threads"]) == (101, 2500 * 4096, 1.5, 3)
    assert first["sockets"] == 96
    assert found.cost["times"] == session.asked
    assert found.cost["inside"] == 0.25 and found.cost["lab"] > 0
    times = [at for at, _ in found.series("descriptors")["server"]]
    assert times == sorted(times)


def test_what_nobody_can_count_is_left_out(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session.sockets = "-"
    found = paced(session, tmp_path, monkeypatch)
    assert found.series("sockets") == {}
    assert len(found.series("descriptors")["server"]) == session.asked


def test_looks_that_take_long_are_made_more_rarely(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.each = 10.0
    monkeypatch.setenv(pace.PERIOD, "0.002")
    transcript = said(tmp_path, event("started", pid=7, seal="SEAL"))
    one = Pace(session, transcript, tmp_path, lambda: ["server"])  # type: ignore[arg-type]
    one.begin()
    until(session, 2)
    time.sleep(0.1)
    one.end()
    transcript.close()
    assert session.asked == 2, "the second took as much as there is for minutes"


def test_without_a_period_nobody_looks(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert paced(session, tmp_path, monkeypatch, "0", 0) == courses.Courses()
    assert session.asked == 0


def test_a_period_that_is_no_number_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pace.PERIOD, "often")
    assert pace.period() == pace.DEFAULT_PERIOD


def test_an_engine_that_is_gone_ends_the_looking_and_nothing_else(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.gone = True
    assert paced(session, tmp_path, monkeypatch, times=1).seen == {}


def test_a_long_run_is_looked_at_ever_more_rarely(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MANY", 5)
    monkeypatch.setenv(pace.PERIOD, "0.001")
    transcript = said(tmp_path, event("started", pid=7, seal="SEAL"))
    one = Pace(session, transcript, tmp_path, lambda: ["server"])  # type: ignore[arg-type]
    one.begin()
    until(session, 16)
    one.end()
    transcript.close()
    assert one._period >= 0.008


def test_what_is_half_written_or_no_such_line_is_passed_over(tmp_path: Path) -> None:
    whole = '{"service": "a", "at": 1, "descriptors": 5, "resident": 1, "cpu": 0, "threads": 1}'
    (tmp_path / courses.COURSE_FILE).write_text(f'{whole}\nnonsense\n[]\n{{"at": "x"}}\n{whole[:20]}')
    assert courses.load(tmp_path).series("descriptors") == {"a": [(1, 5)]}


@pytest.mark.parametrize(("sockets", "kept"), [("7", {"a": [(1, 7)]}), ("-1", {}), ('"x"', {}), ("null", {})])
def test_sockets_are_a_number_or_the_line_is_passed_over(
    tmp_path: Path, sockets: str, kept: dict[str, list[tuple[float, float]]]
) -> None:
    line = f'{{"service": "a", "at": 1, "descriptors": 5, "sockets": {sockets}, "resident": 1, "cpu": 0, "threads": 1}}'
    (tmp_path / courses.COURSE_FILE).write_text(f"{line}\n")
    assert courses.load(tmp_path).series("sockets") == kept
