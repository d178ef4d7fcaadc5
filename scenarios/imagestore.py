"""What building images needs of an engine, as one small interface, and of whoever is shown how it goes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Protocol


@dataclass(frozen=True)
class ContextFile:
    """One file of a build context: its path inside, its bytes and its permission bits."""

    path: str
    content: bytes
    mode: int = 0o644


@dataclass(frozen=True)
class StoredImage:
    """An image of ours that an engine holds.

    `name` is empty for what a build left unfinished, `inputs` is the hash it was built from, `size` in bytes, `created`
    in seconds since the epoch.
    """

    id: str
    name: str
    inputs: str
    tags: tuple[str, ...]
    size: int
    created: int


class BuildProgress(Protocol):
    """Who is shown how a build goes."""

    def step(self, image: str, number: int, total: int, text: str) -> None:
        """Step `number` of `total` begins."""

    def line(self, image: str, text: str) -> None:
        """What a step printed."""

    def note(self, image: str, text: str) -> None:
        """What the user should know before it is done, and may want to prevent; it stays on the screen."""

    def done(self, image: str, seconds: float) -> None:
        """The image is built."""


class ImageStore(Protocol):
    """An engine's images; every method raises ImageError, or EngineGone."""

    @property
    def architecture(self) -> str:
        """What the engine's machines are, in Docker's words: amd64, arm64 ..."""

    def ours(self, *, hidden: bool = False) -> list[StoredImage]:
        """All images with the project's label, tagged or not; `hidden` ones too, of which others are made and which
        have no name.
        """

    def steps(self, image: str) -> list[str]:
        """The words of the steps that an image was made in, the newest first, those of its parents too."""

    def pull(self, name: str) -> str | None:
        """An image's id from a registry; None when no registry answers in a time that one can wait."""

    def build(
        self,
        files: Iterable[ContextFile],
        tags: Iterable[str],
        labels: Mapping[str, str],
        arguments: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> str:
        """Builds an image and returns its id; what lies between, and is left, has no name among its labels."""

    def import_tar(self, tar: IO[bytes], tags: Iterable[str], labels: Mapping[str, str]) -> str:
        """Makes an image from a root file system and returns its id."""

    def tag(self, image: str, tags: Iterable[str]) -> None:
        """Gives an image more names."""

    def remove(self, image: str) -> None:
        """Removes an image by its id, or one of its tags; one that is gone is no error, one in use an ImageError."""
