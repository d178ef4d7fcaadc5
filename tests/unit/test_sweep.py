"""A sweep: its points, what theory says of each, going on after an interrupt, and what it amounts to."""

import json
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import errors, places
from scenarios.commands import command, compare
from scenarios.commands import runs as runs_command
from scenarios.commands import sweep as sweeps
from scenarios.commands.scenario import Options
from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario
from scenarios.engines import choose
from scenarios.engines.base import Sink
from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE, UsageError
from scenarios.judging import checks
from scenarios.pipeline.sweeps import analysis, estimate, plan
from scenarios.report.live_table import Screen
from scenarios.results import evidence, run_directories, sweep_record
from scenarios.results.kept import adapter
from scenarios.results.record import Check
from scenarios.system.proc_probe import TICK
from scenarios.theory.descriptors import EMFILE, open_before_first_client
from scenarios.theory.growth import FLAT, LINEAR, UNKNOWN
from tests.unit.scripted import SIZE, ScriptedEngine, ScriptedSession, refused, snapshot, transfers

TICKS_OF_A_CLIENT = 5
SMALL = {"size": str(SIZE)}


class Playing(ScriptedEngine):
    """Serves as many clients as come, as far as the limit lets it; each costs the server some ticks with `cost`."""

    def __init__(self) -> None:
        """Its limit is 20000."""
        super().__init__({})
        self.cost: Callable[[int], int] = lambda clients: TICKS_OF_A_CLIENT * clients
        self.lies: set[int] = set()

    def open(
        self, scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: Mapping[str, str]
    ) -> ScriptedSession:
        """Plays the script for so many clients."""
        clients, nofile = scenario.number("clients"), scenario.services["server"].nofile
        room = nofile - open_before_first_client(str(scenario.parameters["selector"]))
        self.scripts = transfers(clients, clients - 1 if clients in self.lies else None)
        if clients > room:
            self.scripts = refused(room + 1, nofile=nofile)
        else:
            seen = [snapshot(5), snapshot(5 + clients, 1 + clients, nofile), snapshot(5)]
            spent = (10, 10, 10 + self.cost(clients))
            self.scripts["server"].snapshots = [
                one | {"all_cpu_ns": ticks * TICK} for one, ticks in zip(seen, spent, strict=True)
            ]
        return super().open(scenario, run, sink, keep, image_ids)


@pytest.fixture
def engine(runs: Path, held: None, monkeypatch: pytest.MonkeyPatch) -> Playing:
    """The engine of every process."""
    playing = Playing()
    monkeypatch.setattr(choose, "connect", lambda name=None: playing)
    return playing


def run(name: str = "epoll-500", resume: bool = False, measure: str | None = None, **given: str) -> int:
    """What ./inv sweep does with these parameters, in this process."""
    points, engine_name = given.pop("points", None), given.pop("engine", None)
    as_json = bool(given.pop("json", ""))
    request = sweeps.SweepRequest(name, SMALL | given, points, measure, resume)
    return command.status_of(lambda: sweeps.sweep(request, Options(engine_name, as_json=as_json)))


def only(runs: Path) -> sweep_record.Sweep:
    """The one sweep that is kept."""
    (directory,) = sweep_record.everything()
    assert directory.parent == runs / sweep_record.FOLDER
    return sweep_record.load(directory)


@pytest.mark.usefixtures("engine")
def test_each_point_is_a_run_and_the_growth_of_what_it_costs_is_told(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clients="10..200") == EXIT_PASS
    out = capsys.readouterr().out
    numbers = plan.make_plan("epoll-500", {"clients": "10..200"}).points
    for point in numbers:
        clients = point.scenario.number("clients")
        (row,) = [line for line in out.splitlines() if line.split()[:1] == [str(clients)]]
        assert row.split()[1:3] == [f"{TICKS_OF_A_CLIENT * clients / 100:.4g}", "pass"]
        assert f"pass   clients {clients}" in out
    assert "growth     processor time: linear, N^1.0" in out.replace("server", "processor time")
    assert "6 runs: 6 pass" in out
    swept = only(runs)
    assert swept.complete
    (curve,) = swept.curves
    assert curve.growth.kind == LINEAR
    assert dict(curve.points) == {n: pytest.approx(n * TICKS_OF_A_CLIENT / 100) for n, _ in curve.points}
    assert len(run_directories.everything()) == 6


def test_several_dimensions_multiply_and_each_combination_has_a_curve(
    engine: Playing, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.cost = lambda clients: 100
    assert run(clients="10..200", selector="poll,epoll", points="4", json="yes") == EXIT_PASS
    told = json.loads(capsys.readouterr().out)
    assert [(one["parameters"]["clients"], one["parameters"]["selector"]) for one in told["points"]][:3] == [
        (10, "poll"),
        (10, "epoll"),
        (27, "poll"),
    ]
    assert [(one["name"], one["growth"]["kind"]) for one in told["curves"]] == [("poll", FLAT), ("epoll", FLAT)]
    assert adapter(sweep_record.Sweep).validate_python(told) == only(runs)


@pytest.mark.usefixtures("engine")
def test_the_cliff_is_where_theory_has_it_and_only_what_lies_before_it_is_fitted(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nofile = 40
    room = nofile - open_before_first_client("epoll")
    assert run(clients="5..60", nofile=str(nofile), points="8") == EXIT_PASS
    swept = only(runs)
    (cliff,) = swept.cliffs
    assert (cliff.parameter, cliff.at, cliff.before) == ("clients", room + 1, None)
    assert cliff.below <= room < cliff.above
    assert cliff.measured == ("no error", f"server: OSError: {EMFILE} at client {room + 1}")
    (curve,) = swept.curves
    assert max(curve.told_from) == cliff.below
    assert curve.growth.kind == LINEAR
    out = capsys.readouterr().out
    assert f"cliff      from clients {room + 1} on, by theory: server: OSError: {EMFILE} at client {room + 1}" in out
    assert f"measured at {cliff.below:g}: no error; at {cliff.above:g}: server: OSError" in out


def test_the_worst_point_gives_the_status_and_no_growth_is_told_from_it(
    engine: Playing, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.lies = {20}
    assert run(clients="10,20,40,80,160") == EXIT_FAIL
    out = capsys.readouterr().out
    assert "5 runs: 4 pass, 1 fail" in out
    assert "; fitted to 4 of 5 points" in out
    swept = only(runs)
    assert [one.verdict for one in swept.points] == ["pass", "fail", "pass", "pass", "pass"]
    assert 20 not in swept.curves[0].told_from
    assert swept.curves[0].growth.kind == LINEAR
    suites = ElementTree.parse(sweep_record.everything()[0] / "junit.xml").getroot()
    assert [suite.get("name") for suite in suites][:2] == ["epoll-500: clients 10", "epoll-500: clients 20"]
    assert len(suites.findall("testsuite/testcase/failure")) == 1


@pytest.mark.usefixtures("engine")
def test_a_limit_that_this_machine_cannot_give_skips_the_point_with_the_reason(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(nofile="100,1000,30000", clients="3") == EXIT_PASS
    assert "30000; the highest here is 20000" in capsys.readouterr().out
    *others, skipped = only(runs).points
    assert [one.verdict for one in others] == ["pass", "pass"]
    assert (skipped.verdict, skipped.run, skipped.value) == ("skip", None, None)
    assert len(run_directories.everything()) == 2


def interrupt_at(monkeypatch: pytest.MonkeyPatch, label: str) -> None:
    """Makes Ctrl-C come when a point begins."""
    begins = Screen.begins

    def interrupted(screen: Screen, name: str) -> None:
        begins(screen, name)
        if name.strip() == label:
            raise errors.Interrupted(signal.SIGINT)

    monkeypatch.setattr(Screen, "begins", interrupted)


@pytest.mark.usefixtures("engine")
def test_an_interrupt_says_how_to_go_on_and_what_has_ended_is_not_run_again(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched, pytest.raises(errors.Interrupted):
        interrupt_at(patched, "clients 12")
        run(clients="3,6,12,24", engine="scripted")
    how = "./inv sweep epoll-500 --set size=16 --set clients=3,6,12,24 --engine scripted --resume"
    assert f"2 of 4 points are done; continue with: `{how}`" in capsys.readouterr().err
    first = only(runs)
    assert (first.complete, len(first.points)) == (False, 2)
    assert run(clients="3,6,12,24", resume=True) == EXIT_PASS
    out = capsys.readouterr().out
    assert [line.split()[2] for line in out.splitlines() if line.startswith("pass")] == ["12", "24"]
    assert "4 runs: 4 pass" in out
    second = only(runs)
    assert second.points[:2] == first.points
    assert (second.begun, second.complete, second.curves[0].growth.points) == (first.begun, True, 4)


@pytest.mark.usefixtures("engine")
def test_an_interrupt_before_the_first_point_has_ended_leaves_what_an_earlier_sweep_has_come_to(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clients="3,6") == EXIT_PASS
    before = only(runs)
    with monkeypatch.context() as patched, pytest.raises(errors.Interrupted):
        interrupt_at(patched, "clients 3")
        run(clients="3,6")
    assert "0 of 2 points are done" in capsys.readouterr().err
    assert only(runs) == before


@pytest.mark.usefixtures("engine")
def test_another_measure_of_a_sweep_that_is_done_runs_nothing_again(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clients="3,6,12,24") == EXIT_PASS
    before = run_directories.everything()
    capsys.readouterr()
    assert run(clients="3,6,12,24", resume=True, measure="served") == EXIT_PASS
    assert "growth     served: linear, N^1.00" in capsys.readouterr().out
    assert run_directories.everything() == before


@pytest.mark.usefixtures("engine")
def test_without_resume_and_after_a_change_of_the_file_or_a_run_that_went_all_is_run_again(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(places.catalog_files()["epoll-500"].read_text(encoding="utf-8"), encoding="utf-8")
    name = str(mine)

    def ran(resume: bool) -> int:
        before = len(run_directories.everything())
        assert run(name, clients="3,6", resume=resume) == EXIT_PASS
        return len(run_directories.everything()) - before

    assert (ran(resume=False), ran(resume=True), ran(resume=False)) == (2, 0, 2)
    run_directories.remove(run_directories.newest(1)[0])
    assert ran(resume=True) == 1
    mine.write_text(mine.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert ran(resume=True) == 2


@pytest.mark.parametrize("noted", ["", "[]", "{}", '{"points": 5}', "[" * 100_000, '{"points": NaN}', "\0"])
@pytest.mark.usefixtures("engine")
def test_what_was_noted_and_cannot_be_understood_is_run_again(
    noted: str, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clients="3,6") == EXIT_PASS
    (sweep_record.everything()[0] / sweep_record.FILE).write_text(noted, encoding="utf-8")
    assert run(clients="3,6", resume=True) == EXIT_PASS
    assert len(run_directories.everything()) == 4


@pytest.mark.usefixtures("engine")
def test_what_the_lab_could_not_tell_is_run_again(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crashed = (Check(name="it holds", result="error", message="the engine does not answer"),)
    with monkeypatch.context() as patched:
        patched.setattr(checks, "run_checks", lambda *_: crashed)
        assert run(clients="3,6") == EXIT_ERROR
    assert run(clients="3,6", resume=True) == EXIT_PASS
    assert len(run_directories.everything()) == 4


@pytest.mark.usefixtures("engine")
def test_a_directory_in_the_place_of_what_was_noted_is_told_in_one_line(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clients="3,6") == EXIT_PASS
    noted = sweep_record.everything()[0] / sweep_record.FILE
    noted.unlink()
    noted.mkdir()
    capsys.readouterr()
    assert run(clients="3,6", resume=True) == EXIT_ERROR
    (told,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("iolab: ")]
    assert "the sweep cannot be saved" in told and str(noted.parent) in told


@pytest.mark.usefixtures("engine")
def test_what_cannot_be_noted_says_what_to_do(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (runs / sweep_record.FOLDER).write_text("in the way", encoding="utf-8")
    assert run(clients="3,6") == EXIT_ERROR
    assert "set IOLAB_RUNS to another directory" in capsys.readouterr().err


@pytest.mark.usefixtures("engine")
def test_where_nothing_that_is_varied_is_a_number_bars_are_drawn_and_no_growth_is_told(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clients="20", selector="poll,epoll", measure="open-descriptors") == EXIT_PASS
    out = capsys.readouterr().out
    assert "unknown: no varied parameter is a number" in out
    assert sum("█" in line for line in out.splitlines()) == 2
    assert (only(runs).axis, only(runs).curves) == (None, ())


@pytest.mark.usefixtures("engine")
def test_what_the_lab_knows_of_any_run_can_be_drawn(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for measure, values in (("open-descriptors", (8, 11)), ("resident-memory", (2500 * 4096 / 2**20,) * 2)):
        assert run(clients="3,6", measure=measure, resume=True) == EXIT_PASS
        assert all(
            one.value["server"] == pytest.approx(value, abs=1e-3)
            for one, value in zip(only(runs).points, values, strict=True)
        )
    assert run(clients="3,6", measure="run-seconds", resume=True) == EXIT_PASS
    assert all(one.value > 0 for one in only(runs).points)


@pytest.mark.usefixtures("engine")
def test_runs_are_removed_with_the_sweep_that_has_none_left(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(clients="3,6") == EXIT_PASS
    (directory,) = sweep_record.everything()
    runs_command.clean("1")
    assert sweep_record.everything() == [directory]
    capsys.readouterr()
    runs_command.clean("0")
    assert f"removed {directory}: none of its runs is left" in capsys.readouterr().out
    assert sweep_record.everything() == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"clients": "5..1"}, "a range rises, such as 1..5"),
        ({"clients": "1..5", "points": "0"}, "--points is 0: it must be greater than 0"),
        ({"clients": "1..5", "points": "1"}, "--points is 1: it must be at least 2"),
        ({"clients": "1..5", "points": "many"}, "--points is 'many': it must be a whole number"),
        ({"clients": "1..5000", "points": "201"}, "--points is 201: a sweep has at most 200 runs"),
        ({"clients": "1..5", "points": "6"}, "it has 5 whole numbers, fewer than the 6 points asked for"),
        ({"nothing": "1..5"}, "epoll-500 has no parameter 'nothing'; it has: clients, nofile"),
        ({"selector": "poll..epoll"}, "a range is for numbers"),
        (
            {"clients": "1..500", "points": "101", "selector": "poll,epoll"},
            "this sweep has 202 runs (101 of clients times 2",
        ),
        ({"clients": "1..100000"}, "clients is 100000: it must be from 1 to"),
        (
            {"clients": "1..5", "measure": "nonsense"},
            "--measure 'nonsense': there is no such measure",
        ),
    ],
)
@pytest.mark.usefixtures("engine")
def test_wrong_usage_says_what_is_wrong_and_nothing_is_run(
    given: dict[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(**given) == EXIT_USAGE  # type: ignore[arg-type]
    assert message in capsys.readouterr().err
    assert run_directories.everything() == []


@pytest.mark.usefixtures("engine")
def test_a_value_that_makes_no_sense_on_its_platform_is_refused_before_anything_is_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("windows-500", clients="10..20", selector="select,epoll") == EXIT_USAGE
    assert "win32 has no epoll" in capsys.readouterr().err
    assert run_directories.everything() == []


def test_too_many_runs_say_how_long_they_would_take() -> None:
    with pytest.raises(UsageError, match="they would take at least 10 minutes"):
        plan.make_plan("epoll-500", {"clients": "1..500", "selector": "poll,epoll"}, 150)


def test_where_nothing_is_varied_the_scenario_says_what_is(tmp_path: Path) -> None:
    made = plan.make_plan("readiness-cost", {})
    assert made.axis is not None
    assert (made.axis.name, made.axis.numbers and made.axis.numbers[0]) == ("idle", 50)
    assert plan.make_plan("readiness-cost", {"calls": "200"}).fixed == {"calls": "200"}
    assert plan.make_plan("readiness-cost", {"calls": "200,300"}).axis != made.axis
    with pytest.raises(UsageError, match="no parameter is varied; give a range or a list, such as --set clients=A"):
        plan.make_plan("select-500", {"nofile": "100"})


@pytest.mark.parametrize("name", catalog.names())
def test_what_a_scenario_says_of_its_own_sweep_can_be_run(name: str) -> None:
    scenario = catalog.load(name)
    if scenario.sweep:
        made = plan.make_plan(name, {})
        assert made.axis is not None
        assert len(made.points) <= 20


@given(below=st.integers(0, 10**6), more=st.integers(1, 10**6), part=st.floats(0, 1))
def test_bisecting_finds_the_first_number_and_asks_next_to_nothing(below: int, more: int, part: float) -> None:
    above = below + more
    where = below + 1 + int(part * (more - 1))
    asked = []

    def holds(number: float) -> bool:
        asked.append(number)
        return number >= where

    assert analysis.bisect(holds, below, above, is_whole=True) == where
    assert len(asked) <= 20
    found = analysis.bisect(lambda number: number >= where, float(below), float(above), is_whole=False)
    assert 0 <= found - where <= more / 1000


def test_a_cliff_that_theory_has_no_word_of_lies_between_the_points(runs: Path) -> None:
    made = plan.make_plan("epoll-500", {"clients": "10,20"})
    points = [
        sweep_record.PointKept(
            parameters=one.swept, at=made.at(one), verdict="pass", problem=None, run="x", seconds=1.0,
            predicted=error, measured=error, value=1.0)
        for one, error in zip(made.points, (None, {"service": "server", "type": "E", "message": "m"}), strict=True)
    ]  # fmt: skip

    def silent(point: plan.Point, number: float) -> Any:
        raise UsageError("no such number")

    ran = [analysis.FinishedPoint(*pair) for pair in zip(made.points, points, strict=True)]
    (cliff,) = analysis.cliffs(made, ran, silent)
    assert (cliff.at, cliff.below, cliff.above, cliff.measured) == (None, 10, 20, ("no error", "server: E: m"))


def test_an_estimate_is_what_the_line_through_the_runs_says() -> None:
    assert estimate.seconds_left([], [1.0]) is None
    assert estimate.seconds_left([(None, 2.0), (None, 4.0)], [None, None]) == 6.0
    assert estimate.seconds_left([(100, 1.0)], [200, 400]) == 2.0
    assert estimate.seconds_left([(100, 1.0), (200, 2.0)], [400, 800]) == 3.0
    assert estimate.seconds_left([(100, 1.0), (200, 2.0), (300, 3.0)], [400]) == pytest.approx(4.0)
    assert estimate.seconds_left([(100, 3.0), (200, 2.0), (300, 1.0)], [400]) == pytest.approx(2.0)


@given(
    done=st.lists(st.tuples(st.none() | st.floats(1, 1e4), st.floats(0.01, 100)), min_size=1, max_size=9),
    ahead=st.lists(st.none() | st.floats(1, 1e4), max_size=9),
)
def test_an_estimate_is_never_less_than_the_middle_run_for_each_that_is_left(
    done: list[tuple[float | None, float]], ahead: list[float | None]
) -> None:
    left = estimate.seconds_left(done, ahead)
    assert left is not None
    assert left >= 0.99 * len(ahead) * min(seconds for _, seconds in done)
    assert (left == 0) == (not ahead)


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, ""), (0.3, ""), (40.4, "about 40 s left"), (600.0, "about 10 min left")]
)
def test_what_is_left_is_told_in_round_numbers(seconds: float | None, words: str) -> None:
    assert estimate.in_words(seconds) == words


@pytest.mark.usefixtures("engine")
def test_an_estimate_stands_behind_each_point_but_the_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(estimate, "seconds_left", lambda done, ahead: 10.0 * len(ahead) * len(done))
    assert run(clients="3,6,12") == EXIT_PASS
    ended = [line for line in capsys.readouterr().out.splitlines() if line.startswith("pass")]
    assert [line.partition(" s  ")[2].strip() for line in ended] == ["about 20 s left", "about 20 s left", ""]


@pytest.mark.usefixtures("engine")
def test_evidence_that_cannot_be_read_leaves_a_point_without_a_value(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def damaged(directory: Path) -> Any:
        raise errors.EvidenceError("damaged")

    monkeypatch.setattr(evidence, "load", damaged)
    assert run(clients="3,6,12,24") == EXIT_PASS
    assert [one.value for one in only(runs).points] == [None] * 4
    assert UNKNOWN not in [one.growth.kind for one in only(runs).curves]


@pytest.mark.usefixtures("engine")
def test_a_sweep_that_runs_already_is_not_begun_again(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(clients="10,20") == EXIT_PASS
    before = only(runs)
    (directory,) = sweep_record.everything()
    with sweep_record.alone(directory):
        assert run(clients="10,20") == EXIT_USAGE
    assert "under way in another process" in capsys.readouterr().err
    assert only(runs) == before


@pytest.mark.usefixtures("engine")
def test_who_compares_the_last_point_of_a_sweep_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(clients="10,20") == EXIT_PASS
    last = run_directories.run_of(run_directories.everything()[-1])
    compare.compare(last, last)
    assert "point of a sweep" not in capsys.readouterr().err
    compare.compare("epoll-500", last)
    assert "a point of a sweep (clients 20)" in capsys.readouterr().err
