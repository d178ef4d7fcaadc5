"""Support for servers of transfers: what the bodies of one client's requests or answers were."""

import hashlib


class Bodies:
    """The number and the SHA-256 of the body bytes that went one way."""

    __slots__ = ("count", "sha256")

    def __init__(self) -> None:
        self.count, self.sha256 = 0, hashlib.sha256()

    def add(self, part: memoryview) -> None:
        self.count += len(part)
        self.sha256.update(part)

    def fields(self, way: str) -> dict[str, object]:
        """The fields of an event: `way` is `sent` or `received`."""
        return {way: self.count, f"{way}_sha256": self.sha256.hexdigest()}
