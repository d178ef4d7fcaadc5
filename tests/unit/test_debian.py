"""The base image from Debian's packages: what is asked of this machine and of mmdebstrap, and what is done to it."""

import os
import platform
import shutil
import signal
import time
from pathlib import Path

import pytest

from images import debian
from scenarios.errors import ImageError, Interrupted
from scenarios.report.terminal import TerminalAudience

APT = """Packages Debian Debian-Security http://mirror.example/security/
Packages Debian Debian http://mirror.example/debian/
Packages Debian Debian http://mirror.example/debian/
DEP-11 Debian Debian http://elsewhere.example/debian/
Packages . Node http://vendor.example/node/
"""


def test_the_base_comes_from_this_machines_own_mirrors_of_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "_told", {"apt-get": APT}.__getitem__)
    assert debian._mirrors() == [
        "deb http://mirror.example/debian/ bookworm main",
        "deb http://mirror.example/debian/ bookworm-updates main",
        "deb http://mirror.example/security/ bookworm-security main",
    ]


def test_a_machine_without_debians_mirrors_leaves_the_choice_to_mmdebstrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "_told", {"apt-get": "Packages Ubuntu Ubuntu http://mirror.example/u/"}.__getitem__)
    assert debian._mirrors() == []


def test_this_machines_proxies_are_the_bases_too(monkeypatch: pytest.MonkeyPatch) -> None:
    told = 'Acquire "";\nAcquire::http::Proxy "http://proxy.example:3142";\nAcquire::Retries "3";'
    monkeypatch.setattr(debian, "_told", {"apt-config": told}.__getitem__)
    assert debian._proxies() == ['--aptopt=Acquire::http::Proxy "http://proxy.example:3142";']


REAL_ROOT_FILE_SYSTEM = debian.root_file_system


def install(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    """Makes a base where mmdebstrap is missing; what was noted and run, in order."""
    done: list[str] = []

    def run(command: list[str], *_: object, **__: str) -> None:
        done.append(" ".join(command[-3:]))
        if "mmdebstrap" in command:
            monkeypatch.setattr(shutil, "which", lambda name: name)

    monkeypatch.setattr(shutil, "which", lambda name: None if name == "mmdebstrap" else name)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(debian, "run", run)
    monkeypatch.delenv(debian.NO_INSTALL, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with REAL_ROOT_FILE_SYSTEM("amd64", done.append, lambda _: None):
        return done


def test_what_is_installed_on_this_machine_is_told_before_and_how_to_forbid_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told, *done = install(monkeypatch)
    assert "apt-get now installs mmdebstrap" in told
    assert "IOLAB_NO_INSTALL=1 forbids" in told
    assert "apt-get update" in done[0]
    assert "mmdebstrap" in done[1]


def test_nothing_is_installed_where_that_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "run", None)
    with pytest.raises(ImageError, match=r"IOLAB_NO_INSTALL forbids to: install it .*apt install mmdebstrap"):
        install(monkeypatch, IOLAB_NO_INSTALL="1")


def test_a_note_stays_on_the_screen_whole(capsys: pytest.CaptureFixture[str]) -> None:
    note = "word " * 40
    TerminalAudience(quiet=True).note("base", note)
    assert capsys.readouterr().err.split() == ["image", "base:", *note.split()]


@pytest.mark.parametrize(("here", "engines"), [("x86_64", "arm64"), ("aarch64", "amd64"), ("arm64", "amd64")])
def test_a_base_for_another_kind_of_machine_cannot_be_made_here(
    here: str, engines: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: here)
    with pytest.raises(ImageError, match=f"machine is {engines} but this one {here}"):
        REAL_ROOT_FILE_SYSTEM(engines, print, print).__enter__()


@pytest.mark.parametrize(("here", "engines"), [("x86_64", "amd64"), ("aarch64", "arm64"), ("riscv64", "riscv64")])
def test_a_base_is_made_for_the_engines_machine(here: str, engines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(platform, "machine", lambda: here)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(debian, "_told", lambda _: "")
    monkeypatch.setattr(debian, "_apart", list)
    monkeypatch.setattr(debian, "run", lambda command, *_, **__: ran.extend(command))
    with REAL_ROOT_FILE_SYSTEM(engines, print, print):
        assert f"--architectures={engines}" in ran


def test_a_command_that_fails_shows_its_last_lines() -> None:
    lines: list[str] = []
    with pytest.raises(ImageError, match="status 3") as raised:
        debian.run(["sh", "-c", "echo one; echo two >&2; exit 3"], lines.append, "the script")
    assert lines == ["one", "two"]
    assert raised.value.last_lines == ("one", "two")


def test_an_interrupted_command_takes_what_it_started_with_it() -> None:
    started: list[int] = []

    def interrupted(line: str) -> None:
        started.append(int(line))
        raise Interrupted(signal.SIGINT)

    with pytest.raises(Interrupted):
        debian.run(["sh", "-c", "sleep 1000 & echo $!; wait"], interrupted, "the script")
    # All its output was read to the end, so it was ended; what is left of it may take a moment to go.
    deadline = time.monotonic() + 10
    while _state(started[0]) not in ("Z", "gone"):
        assert time.monotonic() < deadline, "it is still running"


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"
