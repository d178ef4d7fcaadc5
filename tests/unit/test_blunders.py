"""The family of the classic mistakes: theory against CPython itself, what is measured, and the programs one by one."""

import selectors
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.programs import framing
from labs.programs.clients import habits
from labs.programs.clients.habits import Peer
from scenarios import families, spec
from scenarios.errors import UsageError
from scenarios.evidence import Sample
from scenarios.failures import failure, uncaught
from scenarios.families.base import Known
from scenarios.pictures import Grid
from scenarios.theory.byte_streams import ANSWERED, CUT_SHORT, DIGITS, SLEEPLESS, Death, outcomes, read_as_size
from tests.programs.process import serving
from tests.unit.made import evidence, service
from tests.unit.scripted import event, raised

FAMILY = families.find("blunders")
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


def predicted(**given_: str) -> dict[str, object]:
    """The prediction's JSON."""
    scenario = spec.load("stream-bugs", given_)
    return FAMILY.predict(Known(scenario, dict.fromkeys(scenario.services, "linux"))).json()


def test_a_prediction_counts_with_what_is_uploaded() -> None:
    wrong = predicted(digits="7", letters="x")["wrong"]
    assert isinstance(wrong, dict)
    assert wrong["int-of-read: with digits"] == "waits for 17 bytes"
    assert wrong["int-of-read: with letters"].endswith("base 10: b'00000001x'")


@pytest.mark.parametrize("letters", ["", "a1", "a b", "ä", "a" * 201])
def test_what_is_no_upload_of_letters_is_wrong_usage(letters: str) -> None:
    with pytest.raises(UsageError, match="it must be 1 to 200 letters"):
        spec.load("stream-bugs", {"letters": letters})


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
    (grid,) = FAMILY.pictures(measured)
    assert isinstance(grid, Grid)
    assert grid.rows == {
        "one-send: a": ("cut short", ANSWERED, ""),
        "sendall: a": ("BlockingIOError", ANSWERED, ""),
    }


MISTAKES = outcomes(b"hello", b"2024", 5)
HABITS = {
    "in pieces": lambda peer: habits.in_pieces(peer, 5),
    "two at once": habits.two_at_once,
    "with digits": lambda peer: habits.with_payload(peer, b"2024"),
    "with letters": lambda peer: habits.with_payload(peer, b"hello"),
    "reading slowly": habits.reading_slowly,
    "leaving": habits.leaving,
}
CASES = [(name, habit) for name, of in MISTAKES.items() for habit in of if habit in HABITS]


@pytest.mark.parametrize(("name", "habit"), CASES)
def test_a_mistake_has_its_consequence(name: str, habit: str) -> None:
    foreseen = MISTAKES[name][habit]
    with serving(f"servers.stream_{name.replace('-', '_')}", "--size", str(SIZE)) as (ready, process):
        peer = Peer(("127.0.0.1", ready["port"]), SIZE)
        outcome = HABITS[habit](peer)
        if isinstance(foreseen, str):
            assert (outcome, peer.lives()) == (foreseen, True)
            return
        assert not peer.lives()
        assert process.wait(20) == 1
        assert process.stderr is not None
        assert uncaught(process.stderr.read()) == (foreseen.kind, foreseen.message)


@pytest.mark.parametrize("habit", HABITS)
def test_the_server_without_a_mistake_answers_whatever_the_client_does(habit: str) -> None:
    with serving("servers.stream_right", "--size", str(SIZE)) as (ready, _):
        peer = Peer(("127.0.0.1", ready["port"]), SIZE)
        assert (HABITS[habit](peer), peer.lives()) == (ANSWERED, True)


def test_the_server_without_a_mistake_closes_only_the_client_whose_request_is_none() -> None:
    with serving("servers.stream_right", "--size", "1000") as (ready, _):
        peer = Peer(("127.0.0.1", ready["port"]), 1000)
        with peer.connect() as sock, peer.connect() as reset:
            sock.sendall(b"get 1234567x")
            assert habits.taken(sock) == b""
            reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        assert peer.lives()


@pytest.mark.parametrize(
    ("came", "outcome"), [(b"abc", ANSWERED), (b"", "closed"), (b"ab", CUT_SHORT), (b"x", "other bytes")]
)
def test_what_came_is_told_from_what_was_wanted(came: bytes, outcome: str) -> None:
    assert habits.told(came, b"abc") == outcome


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
