"""The interfaces that building images needs: an engine's image store, and a receiver of the progress."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Protocol


@dataclass(frozen=True)
class ContextFile:
    path: str  # inside the context
    content: bytes
    mode: int = 0o644  # permission bits


@dataclass(frozen=True)
class StoredImage:
    """An image of ours that an engine holds.

    `name` is empty for an image that a build left unfinished, `inputs` is the hash that it was built from, `size` is in
    bytes, `created` in seconds since the epoch.
    """

    id: str
    name: str
    inputs: str
    tags: tuple[str, ...]
    size: int
    created: int


class BuildProgress(Protocol):
    """Receives the progress of a build."""

    def step(self, image: str, number: int, total: int, text: str) -> None:
        """Step `number` of `total` begins."""

    def line(self, image: str, text: str) -> None:
        """A line that a step printed."""

    def note(self, image: str, text: str) -> None:
        """Something that the user should know before it is done and may want to prevent; it stays on the screen."""

    def done(self, image: str, seconds: float) -> None:
        """The image is built."""


class ImageStore(Protocol):
    """An engine's images; every method raises ImageError, or EngineGone."""

    @property
    def architecture(self) -> str:
        """The architecture of the engine's machine, in Docker's words: amd64, arm64 ..."""

    def ours(self, *, hidden: bool = False) -> list[StoredImage]:
        """All images with the project's label, tagged or not; `hidden` ones too, of which others are made and which
        have no name.
        """

    def steps(self, image: str) -> list[str]:
        """The commands of the steps that made an image and its parents, the newest first."""

    def pull(self, name: str) -> str | None:
        """An image's id from a registry; None when no registry answers in time."""

    def build(
        self,
        files: Iterable[ContextFile],
        tags: Iterable[str],
        labels: Mapping[str, str],
        arguments: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> str:
        """Builds an image and returns its id; intermediate images that stay have no name among their labels."""

    def import_tar(
        self, tar: IO[bytes], tags: Iterable[str], labels: Mapping[str, str], settings: Iterable[str]
    ) -> str:
        """Makes an image from a root file system and returns its id."""

    def tag(self, image: str, tags: Iterable[str]) -> None:
        """Gives an image more names."""

    def remove(self, image: str) -> None:
        """Removes an image by its id, or one of its tags; no error if there is none, ImageError if it is in use."""
