"""The image store of a Docker Engine, on clients that play an engine."""

import io
import threading
from collections.abc import Iterator

import pytest
from docker.errors import ImageNotFound, NotFound

from images.store import ContextFile
from scenarios.engines.docker import images as docker_images
from scenarios.errors import ImageError


class ListingApi:
    """A client that lists images by label, as an engine does."""

    def images(self, all: bool, filters: dict[str, str]) -> list[dict[str, object]]:  # noqa: A002 - the SDK's own word
        """Ours and a stranger's."""
        labels = {"ours": {"iolab.project": "iolab"}, "theirs": {"iolab.project": "other"}}
        key, value = filters["label"].split("=")
        return [
            {"Id": image, "Labels": given, "RepoTags": None, "Size": 1, "Created": 1}
            for image, given in labels.items()
            if given.get(key) == value
        ]


def test_only_images_with_the_projects_label_are_ours() -> None:
    assert [image.id for image in docker_images.DockerImages(ListingApi(), "amd64").ours()] == ["ours"]


class Registry:
    """A client whose registry says these things about a pull; `ends` tells whether it ever comes to an end."""

    def __init__(self, has: bool, ends: bool = True) -> None:
        """`has` tells whether the image is on the engine afterwards."""
        self._has, self._end = has, threading.Event()
        if ends:
            self._end.set()

    def pull(self, *_: str, **__: object) -> Iterator[dict[str, str]]:
        """As the SDK."""
        yield {"status": "Pulling"}
        self._end.wait()
        if not self._has:
            raise NotFound("no such host")

    def inspect_image(self, name: str) -> dict[str, str]:
        """As the SDK."""
        if not self._has:
            raise ImageNotFound(name)
        return {"Id": f"id of {name}", "Architecture": "amd64"}

    def end(self) -> None:
        """The pull ends at last."""
        self._end.set()


@pytest.mark.parametrize(("has", "expected"), [(True, "id of debian:x"), (False, None)])
def test_a_pull_gives_the_image_or_nothing(has: bool, expected: str | None) -> None:
    assert docker_images.DockerImages(Registry(has), "amd64").pull("debian:x") == expected


def test_what_a_pull_left_for_other_machines_is_not_taken() -> None:
    assert docker_images.DockerImages(Registry(has=True), "arm64").pull("debian:x") is None


def test_a_registry_may_have_a_port() -> None:
    class Asked(Registry):
        def pull(self, *names: str, **given: object) -> Iterator[dict[str, str]]:
            assert (names, given["tag"]) == (("registry.example:5000/debian",), "x")
            return super().pull()

    assert docker_images.DockerImages(Asked(has=True), "amd64").pull("registry.example:5000/debian:x")


def test_a_registry_that_falls_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_images, "PULL_SILENCE", 0.01)
    registry = Registry(has=False, ends=False)
    assert docker_images.DockerImages(registry, "amd64").pull("debian:x") is None
    registry.end()


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
        docker_images.DockerImages(FailingApi(), "amd64").build([], ["iolab/linux:x"], {}, {}, lambda _: None)
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
        assert dockerfile.read().endswith(b'\nLABEL "k"="v" "l"="w"\n')


def test_whatever_lies_before_a_dockerfiles_last_line_does_not_pass_for_its_parent() -> None:
    dockerfile = ContextFile("Dockerfile", b"ARG BASE\nFROM $BASE AS one\nRUN a\nFROM $BASE\nRUN b\n")
    [labelled] = docker_images._labelled([dockerfile], {"iolab.image": "linux", "iolab.inputs": "x"})
    lines = [line for line in labelled.content.decode().splitlines() if line]
    nothing_yet = 'LABEL "iolab.image"="" "iolab.inputs"=""'
    assert lines == [
        "ARG BASE",
        *("FROM $BASE AS one", nothing_yet, "RUN a"),
        *("FROM $BASE", nothing_yet, "RUN b"),
        'LABEL "iolab.image"="linux" "iolab.inputs"="x"',
    ]
