"""stream_bugs: theory against CPython itself, what is measured, and the programs one by one."""

import hashlib
import selectors
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.programs import framing
from labs.programs.clients import stream_cases, tutorial_cases
from labs.programs.clients.stream_cases import Peer
from labs.programs.songs import SONGS
from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import UsageError
from scenarios.families.base import Known
from scenarios.families.stream_bugs.theory import (
    ANSWERED,
    CUT_SHORT,
    DIGITS,
    SERVED,
    SIZE_OF_DIGITS,
    SLEEPLESS,
    TUTORIAL,
    TUTORIAL_SUITE,
    Death,
    outcomes,
    read_as_size,
)
from scenarios.judging.failures import failure, uncaught
from scenarios.pictures import Band, Bars, Grid
from scenarios.results.sample import Sample
from tests.programs.process import serving
from tests.unit.builders import evidence, service
from tests.unit.scripted import event, raised

FAMILY = families.find("stream_bugs")
SIZE = 2 * 1024**2


@given(st.binary(max_size=300))
def test_a_size_with_a_payload_behind_it_is_another_number_or_none(body: bytes) -> None:
    sent = framing.request(framing.PUT, len(body)) + body
    found = read_as_size(body)
    if isinstance(found, Death):
        with pytest.raises(ValueError, match="invalid literal for int"):
            int(sent[framing.WORD :])
    else:
        assert found == int(sent[framing.WORD :])


@given(st.integers(0, 10**9))
def test_digits_behind_a_size_are_never_noticed(digits: int) -> None:
    body = b"%d" % digits
    assert read_as_size(body) == len(body) * 10 ** len(body) + digits


def test_the_size_has_as_many_digits_in_theory_as_on_the_wire() -> None:
    assert DIGITS == framing.DIGITS


def predicted(name: str = "stream-bugs", **given_: str) -> dict[str, Any]:
    """The prediction's JSON."""
    scenario = catalog.load(name, given_)
    return FAMILY.predict(Known(scenario, dict.fromkeys(scenario.services, "linux"))).json()


def test_a_prediction_counts_with_what_is_uploaded() -> None:
    wrong = predicted(digits="7", letters="x")["wrong"]
    assert wrong["int-of-read: with digits"] == "waits for 17 bytes"
    assert wrong["int-of-read: with letters"].endswith("base 10: b'00000001x'")


@pytest.mark.parametrize("letters", ["", "a1", "a b", "ä", "a" * 201])
def test_what_is_no_upload_of_letters_is_wrong_usage(letters: str) -> None:
    with pytest.raises(UsageError, match="it must be 1 to 200 letters"):
        catalog.load("stream-bugs", {"letters": letters})


@pytest.mark.parametrize(
    ("scenario", "given_"),
    [("tutorial-bugs", {"piece": "5"}), ("stream-bugs", {"piece": "12"}), ("stream-bugs", {"idle": "0.5"})],
)
def test_bounds_are_those_of_the_servers_that_a_scenario_has(scenario: str, given_: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="must be from"):
        catalog.load(scenario, given_)


def look(moment: str, seconds: float) -> Sample:
    """A look at a server."""
    return Sample(moment=moment, descriptors=6, watched=2, nofile_soft=64, nofile_hard=64, resident=1,
                  cpu_seconds=seconds)  # fmt: skip


def test_a_server_that_died_is_measured_by_its_last_words_and_one_that_lives_by_what_its_client_saw() -> None:
    tried = [("a", "right", "answered"), ("a", "one-send", "cut short"), ("a", "sendall", "died")]
    client = service("client", "".join(event("tried", habit=h, server=s, outcome=o) for h, s, o in tried))
    right = service("right", samples=(look("idle", 1.0), look("awake", 1.25)))
    gone = service("empty-read", samples=(look("idle", 1.0),))
    dead = service("sendall", stderr=raised("BlockingIOError", "no room"), exit_status=1)
    measured = FAMILY.measure(evidence(right, gone, service("one-send"), dead, client))
    assert measured == {
        "wrong": {"one-send: a": "cut short", "sendall: a": "BlockingIOError: no room"},
        "right": {"a": "answered"},
        "cpu": {"right": 0.25},
        "error": failure("sendall", "BlockingIOError", "no room"),
    }
    grid, _ = FAMILY.scene(catalog.load("stream-bugs"), measured, {**measured, "cpu": {"right": {"at_most": 0.5}}})
    assert isinstance(grid, Grid)
    assert (
        grid.rows
        == grid.predicted
        == {
            "one-send: a": ("cut short", ANSWERED),
            "sendall: a": ("BlockingIOError", ANSWERED),
        }
    )


MISTAKES = outcomes(b"hello", b"2024", 5)
BY_NAME = {
    "in pieces": lambda peer: stream_cases.in_pieces(peer, 5),
    "two at once": stream_cases.two_at_once,
    "with digits": lambda peer: stream_cases.with_payload(peer, b"2024"),
    "with letters": lambda peer: stream_cases.with_payload(peer, b"hello"),
    "reading slowly": stream_cases.reading_slowly,
    "leaving": stream_cases.leaving,
}
CASES = [(name, case) for name, of in MISTAKES.items() for case in of if case in BY_NAME]


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_mistake_has_its_consequence(name: str, case: str) -> None:
    foreseen = MISTAKES[name][case]
    with serving(f"servers.stream_{name.replace('-', '_')}", "--size", str(SIZE)) as (ready, process):
        peer = Peer(("127.0.0.1", ready["port"]), SIZE)
        outcome = BY_NAME[case](peer)
        if isinstance(foreseen, str):
            assert (outcome, peer.lives()) == (foreseen, True)
            return
        assert not peer.lives()
        assert process.wait(20) == 1
        assert process.stderr is not None
        assert uncaught(process.stderr.read()) == (foreseen.kind, foreseen.message)


@pytest.mark.parametrize("case", BY_NAME)
def test_the_server_without_a_mistake_answers_whatever_the_client_does(case: str) -> None:
    with serving("servers.stream_correct", "--size", str(SIZE)) as (ready, _):
        peer = Peer(("127.0.0.1", ready["port"]), SIZE)
        assert (BY_NAME[case](peer), peer.lives()) == (ANSWERED, True)


def test_the_server_without_a_mistake_closes_only_the_client_whose_request_is_none() -> None:
    with serving("servers.stream_correct", "--size", "1000") as (ready, _):
        peer = Peer(("127.0.0.1", ready["port"]), 1000)
        with peer.connect() as sock, peer.connect() as reset:
            sock.sendall(b"get 1234567x")
            assert stream_cases.receive(sock) == b""
            reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        assert peer.lives()


def test_the_correct_server_of_files_answers_a_request_behind_one_whose_answer_had_to_wait() -> None:
    with serving("servers.tutorial_correct") as (ready, _):
        peer = Peer(("127.0.0.1", ready["port"]), 0)
        with peer.connect(stream_cases.LITTLE_ROOM) as sock:
            sock.sendall(b"get line\nget lyrics\n")
            wanted = b"".join(b"%d\n" % len(SONGS[song]) + SONGS[song] for song in ("line", "lyrics"))
            assert stream_cases.compare(stream_cases.receive(sock, len(wanted)), wanted) == ANSWERED


def test_the_correct_server_of_files_closes_only_the_client_that_asks_for_no_file() -> None:
    with serving("servers.tutorial_correct") as (ready, _):
        peer = Peer(("127.0.0.1", ready["port"]), 0)
        with peer.connect() as wrong, peer.connect() as right:
            wrong.sendall(b"get \xff\n")
            assert stream_cases.receive(wrong) == b""
            right.sendall(b"get digits\n")
            assert stream_cases.receive(right, 7) == b"5\n" + SONGS["digits"]


@pytest.mark.parametrize(
    ("came", "outcome"), [(b"abc", ANSWERED), (b"", "closed"), (b"ab", CUT_SHORT), (b"x", "other bytes")]
)
def test_what_came_is_told_from_what_was_wanted(came: bytes, outcome: str) -> None:
    assert stream_cases.compare(came, b"abc") == outcome


def test_selectors_say_of_a_number_what_theory_says() -> None:
    with selectors.DefaultSelector() as selector, socket.socket() as sock:
        selector.register(sock.fileno(), selectors.EVENT_READ)
        twice = outcomes(b"x", b"1", sock.fileno())["no-unregister"]["leaving"]
        with pytest.raises(KeyError) as error:
            selector.register(sock.fileno(), selectors.EVENT_READ)
        assert str(twice) == f"KeyError: {error.value}"
        with pytest.raises(ValueError, match="Invalid file descriptor: -1"):
            selector.unregister(-1)


def test_a_loop_that_never_waits_is_one_of_the_mistakes() -> None:
    assert set(SLEEPLESS) <= MISTAKES.keys()


TUTORIAL_MISTAKES = {case: str(outcome) for case, outcome in TUTORIAL_SUITE.mistakes[TUTORIAL].items()}


def test_the_tutorials_client_tries_just_what_theory_knows_of() -> None:
    tried = [probe.__name__.replace("_", " ") for probe in tutorial_cases.TOGETHER]
    assert sorted([*tried, "half close", "reset"]) == sorted(TUTORIAL_MISTAKES)


def test_the_silently_wrong_size_is_the_right_one_with_the_body_behind_it() -> None:
    assert int(b"%d" % len(SONGS["digits"]) + SONGS["digits"]) == SIZE_OF_DIGITS


def test_the_right_server_of_files_serves_whatever_is_tried() -> None:
    prediction = predicted("tutorial-bugs", idle="2")
    assert prediction["right"] == dict.fromkeys(TUTORIAL_MISTAKES, SERVED)
    assert prediction["wrong"] == TUTORIAL_MISTAKES
    assert SERVED not in TUTORIAL_MISTAKES.values()
    assert prediction["cpu"]["wrong"] == {"at_least": 0.1}


def test_of_the_server_with_all_mistakes_the_clients_word_is_measured() -> None:
    servers = [
        service(name, samples=(look("idle", 1.0), look("awake", 1.0 + spent)))
        for name, spent in (("wrong", 0.75), ("right", 0.0))
    ]
    said = "".join(event("tried", server=name, habit="reset", outcome=name) for name in ("wrong", "right"))
    measured = FAMILY.measure(evidence(*servers, service("client", said, exit_status=0)))
    assert measured["cpu"] == {"right": 0.0, "wrong": 0.75}
    assert (measured["wrong"], measured["right"]) == ({"reset": "wrong"}, {"reset": "right"})


def test_the_time_of_an_idle_loop_is_drawn_with_its_bound() -> None:
    measured = {"wrong": TUTORIAL_MISTAKES, "right": dict.fromkeys(TUTORIAL_MISTAKES, SERVED), "cpu": {"wrong": 0.75}}
    predicted = {**measured, "cpu": {"wrong": {"at_least": 0.1}}}
    grid, idle = FAMILY.scene(catalog.load("tutorial-bugs"), measured, predicted)
    assert isinstance(grid, Grid)
    assert isinstance(idle, Bars)
    assert grid.rows["half close"] == ("never ended", SERVED)
    assert (idle.values, idle.predicted) == ({"wrong": 0.75}, {"wrong": Band(low=0.1)})


def test_a_client_that_is_answered_by_a_loop_that_then_spins_shows_it() -> None:
    case = "write-interest: silent"
    for spent, told in ((0.7, f"{ANSWERED}, spins"), (0.0, ANSWERED)):
        measured = {"wrong": {case: ANSWERED}, "right": {"silent": ANSWERED}, "cpu": {"write-interest": spent}}
        predicted = {**measured, "cpu": {"write-interest": {"at_least": 0.05}}}
        grid, _ = FAMILY.scene(catalog.load("stream-bugs"), measured, predicted)
        assert isinstance(grid, Grid)
        assert (grid.rows[case], grid.predicted[case]) == ((told, ANSWERED), (f"{ANSWERED}, spins", ANSWERED))


def test_an_empty_upload_is_answered_by_the_right_server() -> None:
    with (
        serving("servers.tutorial_correct") as (ready, _),
        socket.create_connection(("127.0.0.1", ready["port"]), 10) as sock,
        sock.makefile("rb") as lines,
    ):
        sock.sendall(b"put 0\n" * 2000 + b"put 1\nx")
        answers = [lines.readline().strip().decode() for _ in range(2001)]
    assert answers == [hashlib.sha256(b"").hexdigest()] * 2000 + [hashlib.sha256(b"x").hexdigest()]


@pytest.mark.parametrize(("name", "kept"), [("split-requests", 0), ("stream-bugs", 1)])
def test_the_right_server_keeps_a_connection_only_beside_one_that_waits_to_write(name: str, kept: int) -> None:
    scenario = catalog.load(name)
    facts = FAMILY.predict(Known(scenario, dict.fromkeys(scenario.services, "linux"))).facts
    assert facts["kept"]["right"] == kept
