"""The image store of a Docker Engine: what images/build.py needs of it, through the engine's SDK."""

import io
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import IO, Any

import requests
from docker.errors import APIError, ImageNotFound, NotFound

from images.store import ContextFile, StoredImage
from scenarios.engines.docker_errors import translated
from scenarios.errors import EngineGone, ImageError

LAST_LINES = 15
# A build says nothing while a step is silent, and some steps are silent for minutes.
BUILD_TIMEOUT = 1800


class DockerImages:
    """Implements images.store.ImageStore on the SDK's low-level client."""

    def __init__(self, api: Any) -> None:
        """`api` is a docker.APIClient."""
        self._api = api

    def ours(self) -> list[StoredImage]:
        """All images with the project's label, tagged or not."""
        with translated("listing the images", ImageError):
            found = self._api.images(filters={"label": "iolab.project=iolab"})
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

    def pull(self, name: str) -> str | None:
        """Pulls an image if a registry answers; its id, or None when none does."""
        repository, _, tag = name.partition(":")
        try:
            self._api.pull(repository, tag=tag)
            return str(self._api.inspect_image(name)["Id"])
        except (APIError, ImageNotFound):
            return None
        except requests.exceptions.RequestException as error:
            raise EngineGone(f"pulling {name}: the engine does not answer: {error}") from error

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

    def import_tar(self, tar: IO[bytes], tags: Iterable[str], labels: Mapping[str, str]) -> str:
        """Makes an image of one layer from a tar file of a whole root file system."""
        first, *others = tags
        repository, _, tag = first.partition(":")
        with translated(f"importing {first}", ImageError):
            changes = [f'LABEL "{key}"="{value}"' for key, value in labels.items()]
            self._api.import_image_from_data(tar, repository=repository, tag=tag, changes=changes)
            for other in others:
                self._api.tag(first, *other.split(":"))
            return str(self._api.inspect_image(first)["Id"])

    def tag(self, image: str, tags: Iterable[str]) -> None:
        """Gives an image more names."""
        with translated(f"tagging {image}", ImageError):
            for tag in tags:
                self._api.tag(image, *tag.split(":"))

    def remove(self, image: str) -> None:
        """Removes an image and its tags; one that is gone is no error."""
        with translated(f"removing the image {image}", ImageError):
            try:
                self._api.remove_image(image, force=True)
            except NotFound:
                return


def _labelled(files: Iterable[ContextFile], labels: Mapping[str, str]) -> Iterator[ContextFile]:
    """The context with all labels as one more line of its Dockerfile: given to the engine, each would be a step, of
    seconds, of its own.
    """
    line = "\nLABEL " + " ".join(f'"{key}"="{value}"' for key, value in labels.items()) + "\n"
    for file in files:
        yield replace(file, content=file.content + line.encode()) if file.path == "Dockerfile" else file


def _packed(files: Iterable[ContextFile]) -> IO[bytes]:
    """The build context as a tar file in memory, with fixed owners and times, so that equal content is equal to the
    engine's cache.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for file in files:
            entry = tarfile.TarInfo(file.path)
            entry.size, entry.mode = len(file.content), file.mode
            tar.addfile(entry, io.BytesIO(file.content))
    packed.seek(0)
    return packed
