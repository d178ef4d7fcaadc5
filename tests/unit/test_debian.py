"""The base image from Debian's packages: what is asked of this machine and of mmdebstrap, and what is done to it."""

import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from images import ahead, debian
from scenarios.errors import ImageError, Interrupted
from scenarios.places import ROOT
from scenarios.report.terminal import TerminalAudience

APT = """Packages Debian Debian-Security http://mirror.example/security/
Packages Debian Debian http://mirror.example/debian/
Packages Debian Debian http://mirror.example/debian/
DEP-11 Debian Debian http://elsewhere.example/debian/
Packages . Node http://vendor.example/node/
"""


def test_the_base_comes_from_this_machines_own_mirrors_of_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "_apt_output", {"apt-get": APT}.__getitem__)
    assert debian._mirrors() == [
        "deb http://mirror.example/debian/ bookworm main",
        "deb http://mirror.example/debian/ bookworm-updates main",
        "deb http://mirror.example/security/ bookworm-security main",
    ]


def test_a_machine_without_debians_mirrors_leaves_the_choice_to_mmdebstrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        debian, "_apt_output", {"apt-get": "Packages Ubuntu Ubuntu http://mirror.example/u/"}.__getitem__
    )
    assert debian._mirrors() == []


def test_this_machines_proxies_are_the_bases_too(monkeypatch: pytest.MonkeyPatch) -> None:
    told = 'Acquire "";\nAcquire::http::Proxy "http://proxy.example:3142";\nAcquire::Retries "3";'
    monkeypatch.setattr(debian, "_apt_output", {"apt-config": told}.__getitem__)
    assert debian._proxies() == ['--aptopt=Acquire::http::Proxy "http://proxy.example:3142";']


REAL_ROOT_FILE_SYSTEM = debian.root_file_system


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(debian, "CACHE", tmp_path)


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
    with pytest.raises(ImageError, match=r"IOLAB_NO_INSTALL forbids to install it: install it .*install mmdebstrap"):
        install(monkeypatch, IOLAB_NO_INSTALL="1")


def test_a_note_stays_on_the_screen_whole(capsys: pytest.CaptureFixture[str]) -> None:
    note = "word " * 40
    TerminalAudience(quiet=True).note("base", note)
    assert capsys.readouterr().err.split() == ["image", "base:", *note.split()]


def test_a_base_that_was_made_ahead_is_taken_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made: list[str] = []

    def run(command: list[str], *_: object, **__: str) -> None:
        [tar] = [Path(one) for one in command if one.endswith("base.tar")]
        tar.write_text("root file system")
        made.append(tar.name)

    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(debian, "_apt_output", lambda _: "")
    monkeypatch.setattr(debian, "_namespaces", list)
    monkeypatch.setattr(debian, "run", run)
    (tmp_path / "base-amd64-older.tar").touch()
    debian.make_ahead("amd64", print)
    with REAL_ROOT_FILE_SYSTEM("amd64", print, print) as tar:
        assert (tar.read_text(), len(made)) == ("root file system", 1)
    assert not list(tmp_path.glob("*.tar"))
    with REAL_ROOT_FILE_SYSTEM("amd64", print, print):
        assert len(made) == 2


def test_a_base_that_is_being_made_ahead_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    with ThreadPoolExecutor(1) as pool, debian._ahead("amd64") as tar:
        waiting = pool.submit(lambda: REAL_ROOT_FILE_SYSTEM("amd64", print, print).__enter__())
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.2)
        tar.touch()
        # The lock opens here; the pool then waits for the other.
    assert waiting.result() == tar


@pytest.mark.parametrize(
    ("answers", "made"),
    [
        ({}, []),
        ({"version": "amd64"}, ["amd64"]),
        ({"version": "amd64", "image": "a1b2"}, []),
        ({"version": "amd64", "pull": "debian:bookworm-slim"}, []),
    ],
    ids=["no engine", "nothing there", "a base is there", "a registry answers"],
)
def test_a_base_is_made_ahead_only_if_the_engine_needs_it(
    answers: dict[str, str], made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(ahead, "docker", lambda command, *_: answers.get(command, ""))
    monkeypatch.setattr(debian, "make_ahead", lambda architecture, _: asked.append(architecture))
    ahead.main()
    assert asked == made


def test_a_machine_without_a_docker_command_makes_nothing_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert ahead.docker("version") == ""


@pytest.mark.parametrize(("here", "engines"), [("x86_64", "arm64"), ("aarch64", "amd64"), ("arm64", "amd64")])
def test_a_base_for_another_kind_of_machine_cannot_be_made_here(
    here: str, engines: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: here)
    with pytest.raises(ImageError, match=f"machine is {engines}, this one {here}"):
        REAL_ROOT_FILE_SYSTEM(engines, print, print).__enter__()


@pytest.mark.parametrize(("here", "engines"), [("x86_64", "amd64"), ("aarch64", "arm64"), ("riscv64", "riscv64")])
def test_a_base_is_made_for_the_engines_machine(here: str, engines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(platform, "machine", lambda: here)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(debian, "_apt_output", lambda _: "")
    monkeypatch.setattr(debian, "_namespaces", list)
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


KILLED = """
import os, signal, sys
from images import debian
with debian.working_folder("test") as folder:
    (folder / "file").touch()
    print(folder, flush=True)
    command = [*debian.ending_with_us(signal.SIGKILL), "sleep", "1000"]
    debian.run(["sh", "-c", "echo $$; exec " + " ".join(command)], lambda line: print(line, flush=True), "the script")
"""


@pytest.fixture
def building(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that builds."""
    command, environment = [sys.executable, "-c", KILLED], {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="this machine has no setpriv")
def test_a_killed_build_takes_its_command_with_it_and_the_next_removes_its_files(
    building: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert building.stdout is not None
    folder, command = Path(building.stdout.readline().strip()), int(building.stdout.readline())
    with debian.working_folder("test"):
        assert (folder / "file").exists()  # its process lives
    deadline = time.monotonic() + 60
    # The child becomes setpriv, which sets the signal, and then the command.
    while not Path(f"/proc/{command}/cmdline").read_text().startswith("sleep\0"):
        assert time.monotonic() < deadline, "the command has not begun"
    building.kill()
    building.wait()
    while _state(command) not in ("Z", "gone"):
        assert time.monotonic() < deadline, "it is still running"
    with debian.working_folder("test") as mine:
        assert list(tmp_path.iterdir()) == [mine]


def test_what_a_killed_process_made_ahead_only_in_part_is_removed(tmp_path: Path) -> None:
    part = tmp_path / "base-amd64-0123.partial"
    part.touch()
    with debian._ahead("amd64"):
        assert not part.exists()


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"
