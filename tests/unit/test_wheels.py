"""How an image's wheels are downloaded and kept, with a pip that only takes notes."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from images import wheels
from scenarios.errors import ImageError, Interrupted


class Pip:
    """Stands for subprocess.run: notes the command, writes these files, and ends with a status or an exception."""

    def __init__(self, files: tuple[str, ...] = ("a.whl",), status: int = 0, says: str = "") -> None:
        """`says` is what it prints."""
        self.files, self.status, self.says = files, status, says
        self.commands: list[list[str]] = []
        self.raises: BaseException | None = None

    def __call__(self, command: list[str], **given: object) -> subprocess.CompletedProcess[str]:
        """As subprocess.run."""
        self.commands.append(command)
        for name in self.files:
            (Path(self.option("--dest")) / name).write_text(name)
        if self.raises:
            raise self.raises
        return subprocess.CompletedProcess(command, self.status, self.says)

    def option(self, name: str) -> str:
        """What follows an option of the last command."""
        return self.commands[-1][self.commands[-1].index(name) + 1]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Pip], Pip]:
    """Has the wheels downloaded by such a pip, into a cache of the test's own."""
    monkeypatch.setattr(wheels, "CACHE", tmp_path)

    def use(pip: Pip) -> Pip:
        monkeypatch.setattr(subprocess, "run", pip)
        return pip

    return use


def platforms(pip: Pip) -> list[str]:
    """The platforms that the last command asked for."""
    return [word.partition("=")[2] for word in pip.commands[-1] if word.startswith("--platform=")]


def test_pip_downloads_only_what_the_lock_has_hashes_of(use: Callable[[Pip], Pip]) -> None:
    pip = use(Pip())
    found = wheels.wheels("linux", "amd64")
    assert [(file.path, file.content) for file in found] == [("wheels/a.whl", b"a.whl")]
    assert {"download", "--require-hashes"} <= set(pip.commands[0])
    assert pip.option("--requirement").endswith("requirements/linux-image.txt")
    assert (pip.option("--only-binary"), pip.option("--python-version")) == (":all:", "3.11")


@pytest.mark.parametrize(("architecture", "machine"), [("amd64", "x86_64"), ("arm64", "aarch64")])
def test_wheels_are_for_the_engines_machine(architecture: str, machine: str, use: Callable[[Pip], Pip]) -> None:
    pip = use(Pip())
    wheels.wheels("linux", architecture)
    assert platforms(pip) == [f"{kind}_{machine}" for kind in ("manylinux_2_28", "manylinux2014", "manylinux_2_17")]


def test_wheels_for_different_machines_are_kept_apart(use: Callable[[Pip], Pip]) -> None:
    pip = use(Pip())
    wheels.wheels("linux", "amd64")
    wheels.wheels("linux", "arm64")
    assert len({command[command.index("--dest") + 1] for command in pip.commands}) == 2


def test_the_windows_image_has_wheels_for_windows_and_pythons_source_distribution(use: Callable[[Pip], Pip]) -> None:
    pip = use(Pip())
    wheels.wheels("windows", "amd64")
    for_windows, embedded = pip.commands
    assert "--platform=win_amd64" in for_windows
    assert embedded[-4:] == ["--no-deps", "--no-binary", ":all:", "--no-build-isolation"]


def test_what_was_downloaded_is_not_downloaded_again(use: Callable[[Pip], Pip]) -> None:
    pip = use(Pip())
    first = wheels.wheels("linux", "amd64")
    assert wheels.wheels("linux", "amd64") == first
    assert len(pip.commands) == 1


def test_another_lock_is_another_download(
    use: Callable[[Pip], Pip], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pip = use(Pip())
    lock = tmp_path / "linux-image.txt"
    monkeypatch.setattr(wheels, "locks", lambda _: [lock])
    for content in ("gevent==1", "gevent==2"):
        lock.write_text(content)
        wheels.wheels("linux", "amd64")
    assert len(pip.commands) == 2


def test_a_download_that_fails_names_the_lock_and_shows_pips_last_lines(use: Callable[[Pip], Pip]) -> None:
    use(Pip(status=1, says="".join(f"line {number}\n\n" for number in range(30))))
    with pytest.raises(ImageError, match=r"pip could not download the packages of linux-image\.txt") as raised:
        wheels.wheels("linux", "amd64")
    assert raised.value.last_lines == tuple(f"line {number}" for number in range(20, 30))


def test_neither_a_failed_nor_an_interrupted_download_is_taken_as_complete(use: Callable[[Pip], Pip]) -> None:
    use(Pip(files=("half.whl",), status=1))
    with pytest.raises(ImageError):
        wheels.wheels("linux", "amd64")
    interrupted = use(Pip(files=("more.whl",)))
    interrupted.raises = Interrupted(2)
    with pytest.raises(Interrupted):
        wheels.wheels("linux", "amd64")
    whole = use(Pip(files=("a.whl",)))
    assert [file.path for file in wheels.wheels("linux", "amd64")] == ["wheels/a.whl"]
    assert len(whole.commands) == 1
