"""What building images needs of an engine, as one small interface; and what it shows while it works."""

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

    `inputs` is the hash it was built from, `size` in bytes, `created` in seconds since the epoch.
    """

    id: str
    name: str
    inputs: str
    tags: tuple[str, ...]
    size: int
    created: int


class ImageStore(Protocol):
    """An engine's images; every method raises ImageError, or EngineGone."""

    def ours(self) -> list[StoredImage]:
        """All images with the project's label, tagged or not."""

    def pull(self, name: str) -> str | None:
        """An image's id from a registry; None when no registry answers."""

    def build(
        self,
        files: Iterable[ContextFile],
        tags: Iterable[str],
        labels: Mapping[str, str],
        arguments: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> str:
        """Builds an image and returns its id."""

    def import_tar(self, tar: IO[bytes], tags: Iterable[str], labels: Mapping[str, str]) -> str:
        """Makes an image from a root file system and returns its id."""

    def tag(self, image: str, tags: Iterable[str]) -> None:
        """Gives an image more names."""

    def remove(self, image: str) -> None:
        """Removes an image; one that is gone is no error."""
