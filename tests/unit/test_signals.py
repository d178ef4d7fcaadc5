"""Signals that ask for an end: the first is raised, the second changes nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from scenarios import places
from scenarios.errors import Interrupted
from scenarios.system import signals


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our handlers, as at the start of a command, and those of before afterwards."""
    before = {number: signal.getsignal(number) for number in signals.ENDING}
    monkeypatch.setattr(signals, "_received", [])
    signals.install()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def wait_for(number: int) -> None:
    """Sends a signal to this process, and waits for it."""
    os.kill(os.getpid(), number)
    time.sleep(10)


@pytest.mark.parametrize(
    ("number", "status", "name"),
    [
        (signal.SIGINT, 130, "SIGINT"),
        (signal.SIGTERM, 143, "SIGTERM"),
        (signal.SIGHUP, 129, "SIGHUP"),
        (signal.SIGQUIT, 131, "SIGQUIT"),
    ],
)
def test_the_first_signal_is_raised_with_its_name_and_the_status_of_what_it_ended(
    number: int, status: int, name: str
) -> None:
    with pytest.raises(Interrupted) as raised:
        wait_for(number)
    assert (raised.value.code, raised.value.signal_name) == (status, name)


def test_a_second_signal_does_not_disturb_the_removal() -> None:
    with pytest.raises(Interrupted):
        wait_for(signal.SIGINT)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), number)
        signal.sigtimedwait([], 0.01)
    assert signals._received == [signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGINT]


def test_it_passes_whatever_catches_ordinary_errors() -> None:
    with pytest.raises(Interrupted):
        try:
            wait_for(signal.SIGTERM)
        except Exception:
            raise AssertionError("it was taken for an error") from None


def test_a_signal_that_foreign_code_swallowed_is_raised_when_it_returns() -> None:
    signals.raise_if_received()
    try:
        wait_for(signal.SIGTERM)
    except BaseException:
        time.sleep(0)
    with pytest.raises(Interrupted) as raised:
        signals.raise_if_received()
    assert raised.value.signal_name == "SIGTERM"


def test_a_signal_that_is_held_back_is_raised_afterwards() -> None:
    reached = False
    with pytest.raises(Interrupted) as raised, signals.held_back():
        os.kill(os.getpid(), signal.SIGTERM)
        reached = True
    assert (reached, raised.value.signal_name) == (True, "SIGTERM")


def test_a_process_that_is_forked_meanwhile_can_let_them_through() -> None:
    with signals.held_back():
        child = os.fork()
        if child == 0:
            signals.let_through()
            try:
                wait_for(signal.SIGTERM)
            except Interrupted:
                os._exit(0)
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def test_what_nohup_has_us_ignore_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals.install()
    os.kill(os.getpid(), signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert signals._received == []


@pytest.mark.parametrize(("number", "status"), [(number, 128 + number) for number in signals.ENDING])
def test_a_command_is_ended_quietly_at_any_moment_of_its_start(number: int, status: int) -> None:
    for delay in (0.1, 0.3):
        started = subprocess.Popen(
            [sys.executable, "requirements/start.py", "scenarios"],
            cwd=places.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(delay)
        started.send_signal(number)
        _, err = started.communicate()
        # On a busy machine the signal may find Python itself still starting, and an idle one may be faster than it.
        if b"Fatal Python error: init_" not in err:
            assert started.returncode in (status, -number, 0)
            assert started.returncode == -number or err == b""
