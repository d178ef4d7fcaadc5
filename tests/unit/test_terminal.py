"""What a user sees: readable without colour and without a terminal, and nothing taken for markup."""

import io
import math
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from scenarios import families
from scenarios.definition import catalog
from scenarios.families import base
from scenarios.families.base import Known, Prediction
from scenarios.families.fetch import FAMILY as FETCHES
from scenarios.families.transfers import FAMILY as TRANSFERS
from scenarios.judging import failures
from scenarios.judging.quantities import Between, Each, Exactly, Order, Quantity, Ratio
from scenarios.pictures import Bars, Span, Timeline
from scenarios.report import lines, result_table, terminal_result
from scenarios.report.prediction_words import in_words, relations_in_words
from scenarios.report.terminal import TerminalAudience
from scenarios.results.record import DRY_RUN, Check, Record
from scenarios.theory.descriptors import EMFILE
from tests.unit.builders import FETCHED, FORESEEN, ended, foreseen, record
from tests.unit.scripted import epoll

# What rich would take for styles, a broken tag and an emoji.
MARKUP = "[bold] [/nothing] :warning: [Errno 24]"


def shown(one: Record, width: int = 120, *, verbose: bool = True) -> str:
    """What is printed of a record where there is no terminal."""
    out = io.StringIO()
    scenario = catalog.load("fetch" if "seconds" in (one.predicted or {}) else "epoll-500")
    terminal_result.show(one, scenario, Console(file=out, width=width, highlight=False), verbose=verbose)
    return out.getvalue()


def lines_with(text: str, *words: str) -> list[str]:
    """The lines that hold all the words."""
    return [line for line in text.splitlines() if all(word in line for word in words)]


def test_prediction_and_measurement_stand_side_by_side() -> None:
    text = shown(record(foreseen(), ended(served=58, client=61)), width=200)
    assert lines_with(text, "served", "59 clients", "58 clients")
    assert lines_with(text, "error", "at client 60", "at client 61")
    assert lines_with(text, "verdict", "pass", "docker")
    assert lines_with(text, "evidence: runs/x")


def test_a_fetch_shows_bounds_beside_times_and_bytes_beside_bytes() -> None:
    text = shown(record(FORESEEN, FETCHED))
    assert lines_with(text, "serial", "1.00 to 2.00 s", "1.80 s")
    assert lines_with(text, "bytes", "7")
    assert not lines_with(text, "served")


@pytest.mark.parametrize("predicted", [foreseen(), FORESEEN])
def test_what_was_not_measured_is_a_dash(predicted: Prediction) -> None:
    text = shown(record(predicted, None, verdict="error", problem="the engine is gone"))
    assert all(line.rstrip().endswith("-") for line in text.splitlines()[1:3])
    assert lines_with(text, "the engine is gone")


def test_without_a_prediction_there_is_still_a_verdict_and_its_reason() -> None:
    text = shown(record(None, None, verdict="skip", problem="no epoll here", run=None, checks=()))
    assert text.splitlines()[0].startswith("verdict")
    assert lines_with(text, "no epoll here")
    assert "evidence" not in text


def test_checks_that_did_not_hold_say_why_and_those_that_did_are_one_line() -> None:
    checks = (
        Check(name="this holds", result="passed", message="not shown"),
        Check(name="that does not", result="failed", message="first line\nsecond line"),
        Check(name="nobody knows", result="error", message="it crashed"),
        Check(name="not here", result="skipped", message="no /proc"),
    )
    text = shown(record(foreseen(), ended(), checks=checks))
    assert lines_with(text, "ok", "this holds")
    assert lines_with(text, "FAIL", "that does not")
    assert lines_with(text, "????", "nobody knows")
    assert lines_with(text, "skip", "not here")
    assert [word in text for word in ("first line", "it crashed", "no /proc")] == [True] * 3
    assert [word in text for word in ("second line", "not shown")] == [False] * 2


def test_no_text_of_a_program_is_taken_for_markup() -> None:
    failing, measured = foreseen(message=MARKUP), ended(message=MARKUP)
    checks = (Check(name=MARKUP, result="failed", message=MARKUP),)
    text = shown(record(failing, measured, checks=checks, problem=MARKUP, run=MARKUP), width=300)
    assert text.count(MARKUP) == 2 + 2 + 1 + 1


def test_without_a_terminal_there_are_no_colours() -> None:
    assert "\x1b" not in shown(record(foreseen(), ended()))


def test_a_narrow_terminal_folds_and_loses_nothing() -> None:
    text = shown(record(foreseen(), ended(message="x" * 200)), width=40)
    assert text.count("x") >= 200


def test_progress_is_one_line_each_on_stderr_and_the_prediction_is_on_stdout(
    capsys: pytest.CaptureFixture[str],
) -> None:
    audience = TerminalAudience()
    audience.predicted(epoll(3), TRANSFERS.predict(Known(epoll(3), {"server": "linux"})))
    for what in ("waiting", "waiting", MARKUP):
        audience.doing(what)
    audience.event("client", {"event": "connected", "clients": 3})
    audience.event("client", {"event": "something else"})
    audience.step("linux", 1, 3, "copy")
    audience.done("linux", 2.0)
    audience.close()
    out, err = capsys.readouterr()
    assert lines_with(out, "predicted", "3 served")
    assert lines_with(out, "clients 3")
    assert not lines_with(out, "waiting")
    assert not lines_with(err, "predicted")
    assert len(lines_with(err, "waiting")) == 1
    assert lines_with(err, MARKUP)
    assert lines_with(err, "client: 3 clients are connected")
    assert lines_with(err, "image linux, step 1 of 3: copy")
    assert lines_with(err, "image linux is built, 2 s")


def test_a_quiet_audience_shows_only_that_images_are_built(capsys: pytest.CaptureFixture[str]) -> None:
    audience = TerminalAudience(quiet=True)
    audience.predicted(epoll(3), TRANSFERS.predict(Known(epoll(3), {"server": "linux"})))
    audience.doing("waiting")
    audience.event("client", {"event": "connected", "clients": 3})
    audience.step("linux", 1, 3, "copy")
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "copy" in err


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"event": "ready", "selector": "Poll", "platform": "linux", "python": "3.11"}, "s is ready: Poll on linux"),
        ({"event": "ready", "platform": "linux"}, None),
        ({"event": "connected", "clients": 5}, "s: 5 clients are connected at the same time"),
        ({"event": "refused", "client": 6, "error": "E", "message": "m"}, "s: client 6 was refused: E: m"),
        ({"event": "calibrated", "cost": 0.01, "cpu": 0.004}, "costs c = 10.0 ms (4.0 ms of its own CPU)"),
        ({"event": "fetched", "bytes": 7, "seconds": 1.5}, "s: 7 bytes in 1.50 s"),
        ({"event": "closed"}, None),
        ({"event": "connected"}, None),
        ({"event": "calibrated", "cost": "x", "cpu": []}, None),
        ({"event": "fetched", "bytes": 7, "seconds": "soon"}, None),
    ],
)
def test_events_worth_a_line_are_told_and_others_are_not(event: dict[str, Any], words: str | None) -> None:
    told = "".join(base.tell(families.find(name), "s", event) or "" for name in families.names()) or None
    assert told is None if words is None else words in str(told)


def test_a_prediction_is_one_line_of_words() -> None:
    assert in_words(foreseen(served=5, client=None), TRANSFERS) == "5 served"
    assert in_words(foreseen(), TRANSFERS) == f"59 served, then server: OSError: {EMFILE} at client 60"
    assert in_words(FORESEEN, FETCHES) == "serial 1.00 to 2.00 s; 7 bytes"


def test_values_of_the_same_names_stand_below_what_they_are() -> None:
    predicted = {"seconds": {"serial": [1, 2], "threads": [1, 2]}, "bytes": 7, "error": None}
    text = shown(replace(record(FORESEEN, FETCHED), predicted=predicted))
    assert [line.split()[0] for line in text.splitlines()[:5]] == ["predicted", "seconds", "serial", "threads", "bytes"]


def test_what_several_values_are_stands_above_them() -> None:
    pace = Quantity("pace", noun="times the work", each=True)
    rows = list(result_table.rows([pace], {"pace": {"a": 1, "b": 2}}, {"pace": {"a": 1, "b": 3}}))
    assert rows == [("pace", "times the work", ""), ("  a", "1", "1"), ("  b", "2", "3")]


def test_a_label_names_a_quantity_in_place_of_its_key() -> None:
    wait = Quantity("longest", unit="s", label="longest wait")
    prediction = Prediction({"longest": Each({"a": Exactly(1), "b": Exactly(2)}), "error": Exactly(None)}, "",
                            relations={"longest": (Order(("a", "b")),)})  # fmt: skip
    family: Any = SimpleNamespace(quantities=(wait, failures.ERROR))
    assert in_words(prediction, family) == "longest wait: a 1 s, b 2 s"
    assert list(relations_in_words(prediction, family)) == ["longest wait: a < b"]
    assert next(result_table.rows([wait], {"longest": 1}, None)) == ("longest wait", "1 s", "-")


def agreeing(**more: Any) -> Record:
    """A run that came out as predicted, with two checks that hold."""
    checks = (Check(name="this holds", result="passed"), Check(name="that holds", result="passed"))
    return record(foreseen(), ended(), checks=checks, **more)


def test_what_came_out_as_predicted_is_one_line_and_so_are_the_checks_that_hold() -> None:
    text = shown(agreeing(), verbose=False)
    assert lines_with(text, "measured", "2 of 2 as predicted")
    assert lines_with(text, "checks", "2 hold")
    assert "this holds" not in text
    assert not [line for line in text.splitlines() if line.startswith("served")]
    full = shown(agreeing())
    assert [line for line in full.splitlines() if line.startswith("served")]
    assert lines_with(full, "ok", "this holds")


def test_only_what_differs_is_shown_with_both_values() -> None:
    text = shown(
        record(
            foreseen(), ended(served=58), verdict="fail", problem="served: predicted 59 clients, measured 58 clients"
        ),
        verbose=False,
    )
    assert lines_with(text, "served", "59 clients", "58 clients")
    assert lines_with(text, "1 of 2 as predicted")
    assert not [line for line in text.splitlines() if line.startswith("error")]


def test_the_picture_of_the_lesson_stands_just_above_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = (Bars("the lesson", "s", {"a": 1.0}), Bars("another", "s", {"a": 1.0}))
    monkeypatch.setattr(terminal_result, "pictures", lambda *_: drawn)
    told = shown(agreeing(), verbose=False).splitlines()
    at = next(n for n, line in enumerate(told) if line.startswith("verdict"))
    assert "another" not in told
    assert told[at - 2] == "the lesson"
    full = shown(agreeing()).splitlines()
    assert full.index("another") < full.index("the lesson")


@pytest.mark.parametrize("width", [80, 120])
def test_no_word_is_broken_and_long_lines_hang(width: int) -> None:
    check = Check(name="a check with a name that is " + "very " * 20 + "long", result="failed", message="why " * 40)
    text = shown(
        record(foreseen(), ended(), checks=(check,), verdict="fail", problem="reasons " * 30), width, verbose=False
    )
    assert max(map(len, text.splitlines())) <= width
    words = {word for line in text.splitlines() for word in line.split()}
    assert {"very", "why", "reasons"} <= words
    assert not words & {"ver", "ery", "reaso", "ns", "wh"}
    first, second, *_ = lines_with(text, "reasons")
    assert len(second) - len(second.lstrip()) > len(first) - len(first.lstrip())


def test_a_dumb_terminal_gets_a_line_for_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Console(file=io.StringIO(), force_terminal=True, width=100)
    audience = TerminalAudience()
    audience._console = out
    audience.doing("waiting for client")
    audience.doing("checking")
    audience.close()
    printed = out.file.getvalue()  # type: ignore[attr-defined]
    assert len(lines_with(printed, " s  ")) == 2
    assert "\r" not in printed


def test_a_dry_run_is_told_as_not_run() -> None:
    text = shown(record(foreseen(), None, verdict="skip", run=None, problem=DRY_RUN))
    assert lines_with(text, "verdict", "not run (--dry-run), ")
    assert not lines_with(text, "skip")
    assert not lines_with(text, DRY_RUN)


def test_names_of_which_the_same_is_predicted_are_told_together() -> None:
    alike = Each({"serial": Between(2, 3), **dict.fromkeys(("threads", "gevent", "asyncio"), Between(1, 2))})
    prediction = Prediction({"seconds": alike, "bytes": Exactly(7), "error": Exactly(None)}, "")
    words = "serial 2.00 to 3.00 s, threads, gevent and asyncio 1.00 to 2.00 s; 7 bytes"
    assert in_words(prediction, FETCHES) == words


def test_a_prediction_too_long_for_a_line_has_one_for_each_quantity(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "WIDTH_WITHOUT_TERMINAL", 100)
    fetch = catalog.load("fetch")
    TerminalAudience().predicted(fetch, FETCHES.predict(Known(fetch, dict.fromkeys(fetch.services, "linux"))))
    out = capsys.readouterr().out
    assert [line.rstrip() for line in lines_with(out, "predicted")] == ["predicted"]
    assert lines_with(out, "  serial and gevent-unpatched", " s")
    assert [line.startswith("  ") for line in lines_with(out, " bytes")] == [True]
    assert lines_with(out, "seconds: threads < serial")


def test_what_values_are_that_have_no_unit_is_told() -> None:
    quantities = (Quantity("two_words"), failures.ERROR)
    prediction = Prediction({"two_words": Each({"a": Exactly(1), "b": Exactly(2)}), "error": Exactly(None)}, "")
    assert in_words(prediction, SimpleNamespace(quantities=quantities)) == "two words: a 1, b 2"


def test_what_there_will_be_none_of_is_left_out_of_the_sentence() -> None:
    prediction = Prediction({"seconds": Exactly(None), "bytes": Exactly(7), "error": Exactly(None)}, "")
    assert in_words(prediction, FETCHES) == "7 bytes"


@pytest.mark.parametrize(("waiting", "told"), [(9.0, False), (112.4, True)])
def test_a_reader_is_told_before_how_long_it_will_wait(
    waiting: float, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    TerminalAudience().predicted(epoll(3), replace(foreseen(), waiting=waiting))
    assert bool(lines_with(capsys.readouterr().out, "wait most", "112 s")) == told


def test_what_moves_while_nothing_happens_shows_for_how_long() -> None:
    out = Console(file=io.StringIO(), force_terminal=True, width=100)
    audience = TerminalAudience()
    audience._console = out
    audience.doing("waiting for [client]")
    audience.close()
    assert "0:00:00 waiting for [client]" in re.sub(r"\x1b\[[0-9;?]*\w", "", out.file.getvalue())  # type: ignore[attr-defined]


def test_relations_are_predicted_in_words() -> None:
    prediction = Prediction({}, "", relations={"seconds": (Order(("a", "b")), Ratio("b", "a", 2)), "bytes": ()})
    assert list(relations_in_words(prediction, FETCHES)) == ["seconds: a < b, b at least 2 times a"]


def test_a_picture_of_what_is_no_number_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = (Timeline("no number", {"a": [Span(0, math.nan, "asleep")]}), Bars("numbers", "s", {"a": 1.0}))
    monkeypatch.setattr(terminal_result, "pictures", lambda *_: drawn)
    text = shown(record(foreseen(), ended()))
    assert lines_with(text, "numbers")
    assert not lines_with(text, "no number")


def test_after_a_verdict_comes_what_to_take_home_and_what_to_try_next() -> None:
    scenario = catalog.load("epoll-500")
    text = shown(record(foreseen(), ended()))
    assert lines_with(text, "teaches", scenario.teaches)
    assert len(scenario.next_commands) == 2
    assert all(lines_with(text, f"./inv {command}") for command in scenario.next_commands)
    assert "./inv" not in shown(record(foreseen(), None, verdict="skip", run=None, problem="dry run"))


def test_a_long_line_of_progress_hangs_below_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    audience = TerminalAudience()
    audience.doing("one two " * 30)
    first, second, *_ = capsys.readouterr().err.splitlines()
    assert len(first) <= 120
    assert first.endswith(("one", "two"))
    assert second.startswith("        ")


def test_while_the_lab_waits_for_the_same_thing_the_last_event_stays_in_sight(
    capsys: pytest.CaptureFixture[str],
) -> None:
    audience = TerminalAudience()
    audience.predicted(epoll(3), TRANSFERS.predict(Known(epoll(3), {"server": "linux"})))
    audience.doing("waiting for client")
    audience.event("client", {"event": "connected", "clients": 3})
    audience.doing("waiting for client")
    audience.doing("checking")
    audience.close()
    steps = [line.split(" s  ")[1] for line in capsys.readouterr().err.splitlines()]
    assert steps == ["waiting for client", "client: 3 clients are connected at the same time", "checking"]
