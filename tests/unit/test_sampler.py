"""Samples of services while they run: noted with what they cost, and never in the way of a run."""

import time
from pathlib import Path

import pytest

from scenarios.definition.scenario import Stream
from scenarios.engines.base import MOST_BYTES
from scenarios.errors import EngineGone, UsageError
from scenarios.pipeline.run import sampler
from scenarios.pipeline.run.sampler import Sampler
from scenarios.pipeline.run.transcript import Transcript
from scenarios.results import time_series
from scenarios.results.sample import SECOND
from tests.unit.scripted import event

SAMPLE = {"resident": 2500 * 4096, "cpu_ns": 1_500_000_000, "threads": 3}
WITHIN = 10.0


class Session:
    """Gives samples."""

    def __init__(self) -> None:
        self.asked = 0
        self.sockets = {"sockets": 96}
        self.each = 0.0
        self.gone = False

    def quick_sample(self, service: str, pid: int) -> dict[str, int]:
        self.asked += 1
        if self.gone:
            raise EngineGone("it is gone")
        spent = 0.25 + self.each * (self.asked - 1)
        return {"descriptors": 100 + self.asked, "probe_ns": int(spent * SECOND), **self.sockets, **SAMPLE}


@pytest.fixture
def session() -> Session:
    return Session()


def said(directory: Path, *events: str) -> Transcript:
    transcript = Transcript({"server": MOST_BYTES, "client": MOST_BYTES}, time.monotonic() + 60, directory)
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
) -> time_series.TimeSeries:
    monkeypatch.setenv(sampler.PERIOD, period)
    transcript = said(directory, event("started", pid=7, seal="SEAL"))
    one = Sampler(session, transcript, directory, lambda: ["server", "client"])  # type: ignore[arg-type]
    one.begin()
    until(session, times)
    one.end()
    transcript.close()
    return time_series.load(directory)


def test_each_sample_is_a_line_and_the_last_one_says_what_they_cost(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = paced(session, tmp_path, monkeypatch)
    assert set(found.samples) == {"server"}, "the client has not begun"
    first = found.samples["server"][0]
    assert (first["descriptors"], first["resident"], first["cpu"], first["threads"]) == (101, 2500 * 4096, 1.5, 3)
    assert first["sockets"] == 96
    assert found.cost["times"] == session.asked
    assert found.cost["inside"] == 0.25 and found.cost["lab"] > 0
    times = [at for at, _ in found.series("descriptors")["server"]]
    assert times == sorted(times)


def test_what_nobody_can_count_is_left_out(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session.sockets = {}
    found = paced(session, tmp_path, monkeypatch)
    assert found.series("sockets") == {}
    assert len(found.series("descriptors")["server"]) == session.asked


def test_samples_that_take_long_become_rarer(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session.each = 10.0
    monkeypatch.setenv(sampler.PERIOD, "0.002")
    transcript = said(tmp_path, event("started", pid=7, seal="SEAL"))
    one = Sampler(session, transcript, tmp_path, lambda: ["server"])  # type: ignore[arg-type]
    one.begin()
    until(session, 2)
    time.sleep(0.1)
    one.end()
    transcript.close()
    assert session.asked == 2, "the second took as much as there is for minutes"


def test_without_a_period_nothing_is_sampled(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert paced(session, tmp_path, monkeypatch, "0", 0) == time_series.TimeSeries()
    assert session.asked == 0


def test_a_period_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sampler.PERIOD, "often")
    with pytest.raises(UsageError, match=r"IOLAB_SAMPLE_PERIOD is 'often': it must be a number of seconds, such as"):
        sampler.period()
    monkeypatch.delenv(sampler.PERIOD)
    assert sampler.period() == sampler.DEFAULT_PERIOD


def test_an_engine_that_is_gone_ends_the_sampling_and_nothing_else(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.gone = True
    assert paced(session, tmp_path, monkeypatch, times=1).samples == {}


def test_a_long_run_is_sampled_ever_more_rarely(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler, "MANY", 5)
    monkeypatch.setenv(sampler.PERIOD, "0.001")
    transcript = said(tmp_path, event("started", pid=7, seal="SEAL"))
    one = Sampler(session, transcript, tmp_path, lambda: ["server"])  # type: ignore[arg-type]
    one.begin()
    until(session, 16)
    one.end()
    transcript.close()
    assert one._period >= 0.008


def test_what_is_half_written_or_no_such_line_is_passed_over(tmp_path: Path) -> None:
    whole = '{"service": "a", "at": 1, "descriptors": 5, "resident": 1, "cpu": 0, "threads": 1}'
    (tmp_path / time_series.SERIES_FILE).write_text(f'{whole}\nnonsense\n[]\n{{"at": "x"}}\n{whole[:20]}')
    assert time_series.load(tmp_path).series("descriptors") == {"a": [(1, 5)]}


@pytest.mark.parametrize(("sockets", "kept"), [("7", {"a": [(1, 7)]}), ("-1", {}), ('"x"', {}), ("null", {})])
def test_sockets_are_a_number_or_the_line_is_passed_over(
    tmp_path: Path, sockets: str, kept: dict[str, list[tuple[float, float]]]
) -> None:
    line = f'{{"service": "a", "at": 1, "descriptors": 5, "sockets": {sockets}, "resident": 1, "cpu": 0, "threads": 1}}'
    (tmp_path / time_series.SERIES_FILE).write_text(f"{line}\n")
    assert time_series.load(tmp_path).series("sockets") == kept


def test_the_first_time_that_something_happens_to_a_service_is_kept_with_its_second(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sampler.PERIOD, "0.005")
    transcript = said(tmp_path, event("started", pid=7, seal="SEAL"))
    one = Sampler(session, transcript, tmp_path, lambda: ["server"])  # type: ignore[arg-type]
    one.begin()
    until(session, 1)
    for _ in range(3):
        one.note("client", "refused")
    for n in range(2 * sampler.MOST_MOMENTS):
        one.note("client", f"moment {n}")
    one.end()
    happened = time_series.load(tmp_path).happened
    assert len(happened) == sampler.MOST_MOMENTS
    assert [moment for _, _, moment in happened].count("refused") == 1
    assert all(0 <= at < WITHIN for at, _, _ in happened)
