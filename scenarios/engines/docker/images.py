"""The image store of a Docker Engine: what images/build.py needs of it, through the engine's SDK."""

import io
import queue
import re
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any

from docker.errors import ImageNotFound, NotFound

from images.store import ContextFile, StoredImage
from scenarios.engines.docker.errors import CONNECTION_ERRORS, translated
from scenarios.errors import ImageError

OURS = "iolab.project=iolab"
LAST_LINES = 15
# In seconds. A build prints nothing while a step is silent, and some steps are silent for minutes.
BUILD_TIMEOUT = 1800
# Seconds to wait for a registry that does not answer, once per base that has to be built.
PULL_SILENCE = 30.0
FROM = re.compile(rb"^FROM .*$", re.MULTILINE)
# An image inherits the labels of its parent. So the last line of a Dockerfile sets the labels, and the first line
# clears them for the images between, which stay when a build fails.
UNFINISHED = {"iolab.image": "", "iolab.inputs": ""}


class DockerImages:
    """Implements images.store.ImageStore on the SDK's low-level client."""

    def __init__(self, api: Any, architecture: str) -> None:
        """`api` is a docker.APIClient, `architecture` the engine's machine, in Docker's words."""
        self._api = api
        self.architecture = architecture

    def ours(self, *, hidden: bool = False) -> list[StoredImage]:
        with translated("listing the images", ImageError):
            found = self._api.images(all=hidden, filters={"label": OURS})
        return [
            StoredImage(
                id=one["Id"],
                name=one["Labels"].get("iolab.image", ""),
                inputs=one["Labels"].get("iolab.inputs", ""),
                tags=tuple(tag for tag in one["RepoTags"] or () if not tag.startswith("<none>")),
                size=one["Size"],
                created=one["Created"],
            )
            for one in found
        ]

    def steps(self, image: str) -> list[str]:
        """The image's history as the engine keeps it; names and labels do not change it."""
        with translated(f"asking how the image {image} was made", ImageError):
            return [str(one["CreatedBy"] or "") for one in self._api.history(image)]

    def pull(self, name: str) -> str | None:
        """Pulls an image if a registry answers; its id, or None when none does, or it falls silent for PULL_SILENCE."""
        repository, _, tag = name.rpartition(":")  # a registry's name may have a port
        ended: queue.SimpleQueue[bool] = queue.SimpleQueue()
        threading.Thread(target=self._pull, args=(repository, tag, ended.put), daemon=True).start()
        with suppress(queue.Empty):
            while not ended.get(timeout=PULL_SILENCE):
                pass
        with translated(f"looking for {name}", ImageError):
            try:
                found = self._api.inspect_image(name)
            except ImageNotFound:
                return None
        # Without a registry this is an image from an earlier pull or load, maybe for another architecture.
        return str(found["Id"]) if found["Architecture"] == self.architecture else None

    def _pull(self, repository: str, tag: str, tell: Callable[[bool], None]) -> None:
        """Runs in a thread of its own, since the SDK waits for a pull without limit. Tells False after each sign of
        life and True at the end; whether the image then exists, the caller checks.
        """
        with suppress(*CONNECTION_ERRORS):
            for _ in self._api.pull(repository, tag=tag, stream=True, decode=True):
                tell(False)
        tell(True)

    def build(
        self,
        files: Iterable[ContextFile],
        tags: Iterable[str],
        labels: Mapping[str, str],
        arguments: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> str:
        """Builds an image from a context; raises ImageError with the failed step and its last lines."""
        first, *others = tags
        lines: list[str] = []
        with translated(f"building {first}", ImageError):
            stream = self._api.build(
                fileobj=_packed(_labelled(files, labels)),
                custom_context=True,
                tag=first,
                buildargs=dict(arguments),
                rm=True,
                forcerm=True,
                decode=True,
                timeout=BUILD_TIMEOUT,
            )
            for message in stream:
                if "error" in message:
                    step = next((line for line in reversed(lines) if line.startswith("Step ")), "before its first step")
                    raise ImageError(
                        f"{first} could not be built: {step}: {message['error']}; its last lines:",
                        tuple(line for line in lines[-LAST_LINES:] if line),
                    )
                for line in str(message.get("stream", "")).splitlines():
                    lines.append(line)
                    on_line(line)
            for tag in others:
                self._api.tag(first, *tag.split(":"))
            return str(self._api.inspect_image(first)["Id"])

    def import_tar(
        self, tar: IO[bytes], tags: Iterable[str], labels: Mapping[str, str], settings: Iterable[str]
    ) -> str:
        """Makes an image of one layer from a tar file of a root file system, with `settings`, a Dockerfile's lines."""
        first, *others = tags
        repository, _, tag = first.partition(":")
        with translated(f"importing {first}", ImageError):
            changes = [*settings, _label(labels).decode()]
            self._api.import_image_from_data(tar, repository=repository, tag=tag, changes=changes)
            for other in others:
                self._api.tag(first, *other.split(":"))
            return str(self._api.inspect_image(first)["Id"])

    def tag(self, image: str, tags: Iterable[str]) -> None:
        with translated(f"tagging {image}", ImageError):
            for tag in tags:
                self._api.tag(image, *tag.split(":"))

    def remove(self, image: str) -> None:
        with translated(f"removing the image {image}", ImageError):
            try:
                self._api.remove_image(image, force=True)
            except NotFound:
                return


def _labelled(files: Iterable[ContextFile], labels: Mapping[str, str]) -> Iterator[ContextFile]:
    """The context with all labels in one more line of its Dockerfile: passed as options, each would be a step."""
    for file in files:
        if file.path == "Dockerfile":
            begun = FROM.sub(lambda line: line[0] + b"\n" + _label(UNFINISHED), file.content)
            yield replace(file, content=begun + b"\n" + _label(labels) + b"\n")
        else:
            yield file


def _label(labels: Mapping[str, str]) -> bytes:
    return ("LABEL " + " ".join(f'"{key}"="{value}"' for key, value in labels.items())).encode()


def _packed(files: Iterable[ContextFile]) -> IO[bytes]:
    """The build context as a tar file in memory; fixed owners and times make equal content equal to the cache."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for file in files:
            entry = tarfile.TarInfo(file.path)
            entry.size, entry.mode = len(file.content), file.mode
            tar.addfile(entry, io.BytesIO(file.content))
    packed.seek(0)
    return packed
