"""Images on a real engine: what must hold there and cannot be played; under a label of the test's own."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from images import build, inputs
from images.store import ContextFile, ImageStore, StoredImage
from scenarios.engines.docker import images as docker_images
from scenarios.engines.docker import resources
from scenarios.engines.docker.engine import DockerEngine
from scenarios.errors import ImageError
from tests.unit.scripted import Quiet

pytestmark = pytest.mark.engine
PROJECT = f"iolab-test-{os.getpid()}"
DOCKERFILE = b"ARG BASE\nFROM $BASE\nUSER root\nRUN touch /one\nRUN touch /two\n"


@dataclass
class Bench:
    """An engine on which the test's own images, and no others, are the project's."""

    engine: DockerEngine
    store: ImageStore
    base: str
    containers: list[str] = field(default_factory=list)

    def make(self, name: str, dockerfile: bytes = DOCKERFILE, parent: str | None = None, made_from: str = "x") -> str:
        """Builds an image of that name from the lab's base or another; returns its id."""
        labels = {"iolab.project": PROJECT, "iolab.image": name, "iolab.inputs": made_from}
        file = ContextFile("Dockerfile", dockerfile.replace(b"touch", b"echo %d >" % os.getpid()))
        tags = [f"iolab/{name}:{PROJECT}"]
        return self.store.build([file], tags, labels, {"BASE": parent or self.base}, lambda _: None)

    def ours(self, name: str | None = None) -> list[StoredImage]:
        """The test's own images, of that name or of all."""
        return [image for image in self.store.ours() if name is None or image.name == name]

    def run(self, image: str) -> str:
        """A running container of an image; returns its id."""
        container = str(self.engine.api.create_container(image, ["sleep", "600"])["Id"])
        self.containers.append(container)
        self.engine.api.start(container)
        return container


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Removes all that the test made."""
    engine = DockerEngine()
    base = build.ensure(["base"], engine.images, Quiet())["base"]
    monkeypatch.setattr(docker_images, "OURS", f"iolab.project={PROJECT}")
    made = Bench(engine, engine.images, build.tags("base", engine.images.architecture)[0])
    assert base
    yield made
    for container in made.containers:
        resources.remove_container(engine.clients, container)
    assert [one for one in build.clean(made.store) if one.problem] == []


def test_clean_goes_on_past_an_image_of_a_running_container_and_says_why(bench: Bench) -> None:
    used, free = bench.make("linux"), bench.make("windows", DOCKERFILE + b"RUN touch /three\n")
    bench.run(used)
    cleaned = {one.image.id: one.problem for one in build.clean(bench.store)}
    assert cleaned[free] is None
    assert "running container" in str(cleaned[used])
    assert [(image.id, image.tags) for image in bench.ours()] == [(used, (f"iolab/linux:{PROJECT}",))]


def test_a_stage_that_stays_is_not_listed_as_its_parent(bench: Bench) -> None:
    parent = bench.make("base")
    stages = b"ARG BASE\nFROM $BASE AS one\nRUN touch /stage\nFROM $BASE\nCOPY --from=one /stage /stage\n"
    child = bench.make("linux", stages, f"iolab/base:{PROJECT}")
    assert [image.id for image in bench.ours("base")] == [parent]
    assert [image.id for image in bench.ours("linux")] == [child]
    assert all(not image.tags for image in bench.ours(""))


def test_what_a_failed_build_left_goes_and_leaves_the_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    image = bench.make("linux")
    with pytest.raises(ImageError, match="RUN false"):
        bench.make(
            "windows", b"ARG BASE\nFROM $BASE\nUSER root\nRUN touch /four\nRUN false\n", f"iolab/linux:{PROJECT}"
        )
    assert len(bench.ours("")) == 1
    monkeypatch.setattr(build, "ABANDONED", -3600)
    build._remove_abandoned(bench.store)
    assert [one.id for one in bench.ours()] == [image]


def test_an_image_that_lost_one_of_its_names_gets_it_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "inputs_hash", lambda *_: "x")
    monkeypatch.setattr(build, "inputs_hash", lambda *_: "x")
    monkeypatch.setattr(build, "tags", lambda *_: (f"iolab/linux:{PROJECT}", f"iolab/linux:{PROJECT}-latest"))
    image = bench.make("linux")
    assert build.ensure(["linux"], bench.store, Quiet()) == {"linux": image}
    assert set(bench.ours()[0].tags) == set(build.tags("linux", ""))
    bench.store.remove(f"iolab/linux:{PROJECT}")
    assert build.ensure(["linux"], bench.store, Quiet()) == {"linux": image}
    assert set(bench.ours()[0].tags) == set(build.tags("linux", ""))


def test_an_image_that_lost_both_names_is_found_by_how_it_was_made_and_one_made_from_it_is_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (inputs, build):
        monkeypatch.setattr(module, "inputs_hash", lambda *_: PROJECT)
    monkeypatch.setattr(build, "tags", lambda *_: (f"iolab/linux:{PROJECT}", f"iolab/linux:{PROJECT}-latest"))
    image = bench.make("linux", made_from=PROJECT)
    container = str(bench.engine.api.create_container(image, ["true"])["Id"])
    theirs = str(bench.engine.api.commit(container, "iolab-test-theirs", PROJECT)["Id"])
    bench.engine.api.remove_container(container)
    try:
        bench.engine.api.remove_image(f"iolab/linux:{PROJECT}", noprune=True)
        named = {one.id: one.tags for one in bench.ours("linux")}
        assert named == {theirs: (f"iolab-test-theirs:{PROJECT}",)}  # the engine hides what others are made from
        assert build.ensure(["linux"], bench.store, Quiet()) == {"linux": image}
        assert {one.id: set(one.tags) for one in bench.ours("linux")}[image] == set(build.tags("linux", ""))
    finally:
        bench.store.remove(f"iolab-test-theirs:{PROJECT}")


def test_a_registry_that_takes_connections_and_never_answers_is_given_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_images, "PULL_SILENCE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as registry:  # the kernel takes them, and nobody reads
        assert bench.store.pull(f"127.0.0.1:{registry.getsockname()[1]}/debian:bookworm-slim") is None
        registry.setblocking(False)
        registry.accept()[0].close()
