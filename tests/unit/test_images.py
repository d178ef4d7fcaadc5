"""Which images are built, when, from what, and what is removed; with a store that only keeps notes."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from images import build, debian, inputs, wheels
from images.store import ContextFile, StoredImage
from scenarios.engines import docker_images
from scenarios.errors import ImageError, UsageError
from tests.unit.scripted import Quiet


class Notes:
    """An image store that keeps what it was asked for."""

    def __init__(self, registry: bool = False) -> None:
        """`registry` answers or not."""
        self.stored: list[StoredImage] = []
        self.asked: list[str] = []
        self.registry = registry

    def ours(self) -> list[StoredImage]:
        """What was built so far."""
        return list(self.stored)

    def pull(self, name: str) -> str | None:
        """As the registry."""
        return "pulled" if self.registry else None

    def _keep(self, how: str, tags: Iterable[str], labels: Mapping[str, str]) -> str:
        name = labels["iolab.image"]
        self.asked.append(f"{how} {name}")
        self.stored.append(
            StoredImage(f"id-{len(self.asked)}", name, labels["iolab.inputs"], tuple(tags), 1, len(self.asked))
        )
        return self.stored[-1].id

    def build(
        self,
        files: Iterable[ContextFile],
        tags: Iterable[str],
        labels: Mapping[str, str],
        arguments: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> str:
        """Keeps an image."""
        on_line("Step 1/2 : FROM base")
        return self._keep("build", tags, labels)

    def import_tar(self, tar: IO[bytes], tags: Iterable[str], labels: Mapping[str, str]) -> str:
        """Keeps an image."""
        assert tar.read() == b"root file system"
        return self._keep("import", tags, labels)

    def tag(self, image: str, tags: Iterable[str]) -> None:
        """Nothing."""

    def remove(self, image: str) -> None:
        """Forgets the image."""
        self.asked.append(f"remove {image}")
        self.stored = [one for one in self.stored if one.id != image]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @contextmanager
    def root_file_system(_: Callable[[str], None]) -> Iterator[Path]:
        path = tmp_path / "base.tar"
        path.write_bytes(b"root file system")
        yield path

    monkeypatch.setattr(debian, "root_file_system", root_file_system)
    monkeypatch.setattr(wheels, "wheels", lambda _: [])
    inputs.inputs_hash.cache_clear()


def test_only_what_is_asked_for_is_built_and_its_base_before_it() -> None:
    store = Notes()
    build.ensure(["linux"], store, Quiet())
    assert store.asked == ["import base", "build linux"]


def test_a_registry_that_answers_gives_the_base() -> None:
    store = Notes(registry=True)
    build.ensure(["base"], store, Quiet())
    assert store.asked == ["build base"]


def test_what_is_current_is_not_built_again() -> None:
    store = Notes()
    first = build.ensure(["linux", "windows"], store, Quiet())
    asked = len(store.asked)
    assert build.ensure(["linux", "windows"], store, Quiet()) == first
    assert len(store.asked) == asked


@pytest.mark.parametrize("changed", ["Dockerfile", "hold", "labs/programs/protocol.py", "wheels/linux-image.txt"])
def test_a_change_of_any_input_makes_the_image_stale(changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Notes()
    build.ensure(["linux"], store, Quiet())
    real = inputs.files

    def one_changed(name: str) -> list[ContextFile]:
        files = real(name)
        assert name == "base" or changed in [file.path for file in files]
        return [ContextFile(f.path, f.content + b"#" * (name == "linux" and f.path == changed), f.mode) for f in files]

    monkeypatch.setattr(inputs, "files", one_changed)
    inputs.inputs_hash.cache_clear()
    assert {one.name: one.state for one in build.listing(store)} == {
        "base": "current",
        "linux": "stale",
        "windows": "missing",
    }
    build.ensure(["linux"], store, Quiet())
    assert store.asked == ["import base", "build linux", "build linux"]


def test_a_change_of_the_base_makes_its_children_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    before = inputs.inputs_hash("linux")
    real = inputs.files
    monkeypatch.setattr(
        inputs, "files", lambda name: [*real(name), ContextFile("more", b"x")] if name == "base" else real(name)
    )
    inputs.inputs_hash.cache_clear()
    assert inputs.inputs_hash("linux") != before


def test_the_context_holds_the_programs_and_nothing_else_of_the_checkout() -> None:
    paths = {file.path for file in inputs.files("linux")}
    assert paths >= {"Dockerfile", "hold", "labs/programs/servers/transfer.py", "wheels/linux-image.txt"}
    assert all(path in {"Dockerfile", "hold"} or path.startswith(("labs/", "wheels/")) for path in paths), paths
    assert not any("__pycache__" in path for path in paths)


def test_an_unknown_image_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no image 'lunix'"):
        build.ensure(["lunix"], Notes(), Quiet())


def test_clean_removes_children_before_their_base() -> None:
    store = Notes()
    ids = build.ensure(["base", "linux"], store, Quiet())
    store.asked.clear()
    build.clean(store)
    assert store.asked == [f"remove {ids['linux']}", f"remove {ids['base']}"]


class FailingApi:
    """A client whose build fails in its second step."""

    def build(self, **_: object) -> Iterator[dict[str, str]]:
        """The engine's stream of a failed build."""
        yield {"stream": "Step 1/2 : FROM base\n"}
        yield {"stream": "Step 2/2 : RUN make\n"}
        yield {"stream": "make: *** No rule to make target\n"}
        yield {"error": "The command '/bin/sh -c make' returned a non-zero code: 2"}


def test_a_failed_build_names_the_step_and_shows_its_last_lines() -> None:
    with pytest.raises(ImageError) as raised:
        docker_images.DockerImages(FailingApi()).build([], ["iolab/linux:x"], {}, {}, lambda _: None)
    assert "Step 2/2 : RUN make" in str(raised.value)
    assert "No rule to make target" in raised.value.last_lines[-1]


def test_labels_are_one_line_of_the_dockerfile() -> None:
    import tarfile

    files = docker_images._labelled(
        [ContextFile("Dockerfile", b"FROM x"), ContextFile("a", b"b")], {"k": "v", "l": "w"}
    )
    with tarfile.open(fileobj=io.BytesIO(docker_images._packed(files).read())) as tar:
        dockerfile = tar.extractfile("Dockerfile")
        assert dockerfile is not None
        assert dockerfile.read() == b'FROM x\nLABEL "k"="v" "l"="w"\n'


def test_a_command_that_fails_shows_its_last_lines() -> None:
    lines: list[str] = []
    with pytest.raises(ImageError, match="status 3") as raised:
        debian.run(["sh", "-c", "echo one; echo two >&2; exit 3"], lines.append, "the script")
    assert lines == ["one", "two"]
    assert raised.value.last_lines == ("one", "two")
