"""Builds the images that are missing or stale, parents first, and nothing else."""

import fcntl
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from images import debian, inputs, wheels
from images.inputs import NAMES, PARENTS, inputs_hash
from images.store import ImageStore, StoredImage
from scenarios.engines.base import BuildProgress
from scenarios.errors import UsageError

STEP = re.compile(r"Step (\d+)/(\d+) : (.*)")


@dataclass(frozen=True)
class Listed:
    """An image as `images.list` shows it; `state` is current, stale or missing. `stored` is the newest one, if any."""

    name: str
    state: str
    stored: StoredImage | None


def ensure(names: Sequence[str], store: ImageStore, progress: BuildProgress) -> dict[str, str]:
    """The ids of current images of these names, after building those that there are not.

    Raises ImageError, UsageError.
    """
    check_names(names)
    found = _current(store)
    if not all(name in found for name in names):
        with _only_one_builds():
            # Another process may have built them while this one waited.
            found = _current(store)
            for name in names:
                _ensure_one(name, store, progress, found)
    return {name: found[name] for name in names}


def check_names(names: Sequence[str]) -> None:
    """Raises UsageError for a name that no image has."""
    for name in names:
        if name not in NAMES:
            raise UsageError(f"there is no image {name!r}; there are: {', '.join(NAMES)}")


def _current(store: ImageStore) -> dict[str, str]:
    return {
        image.name: image.id
        for image in store.ours()
        if image.name in NAMES and image.inputs == inputs_hash(image.name)
    }


@contextmanager
def _only_one_builds() -> Iterator[None]:
    wheels.CACHE.mkdir(parents=True, exist_ok=True)
    with (wheels.CACHE / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_one(name: str, store: ImageStore, progress: BuildProgress, found: dict[str, str]) -> None:
    if name in found:
        return
    if name in PARENTS:
        _ensure_one(PARENTS[name], store, progress, found)
    begun = time.monotonic()
    found[name] = _build_base(store, progress) if name == "base" else _build(name, store, progress)
    progress.done(name, time.monotonic() - begun)


def tags(name: str) -> tuple[str, str]:
    """An image's names: one for its content, which never moves, and `latest`, which Compose uses."""
    return f"iolab/{name}:{inputs_hash(name)[:12]}", f"iolab/{name}:latest"


def labels(name: str) -> dict[str, str]:
    """The labels by which an image is found again."""
    return {"iolab.project": "iolab", "iolab.image": name, "iolab.inputs": inputs_hash(name)}


def _build_base(store: ImageStore, progress: BuildProgress) -> str:
    progress.step("base", 1, 2, f"asking a registry for {debian.FROM_REGISTRY}")
    if store.pull(debian.FROM_REGISTRY):
        progress.step("base", 2, 2, "labelling it")
        return store.build(
            inputs.files("base"), tags("base"), labels("base"), {"BASE": debian.FROM_REGISTRY}, _liner("base", progress)
        )
    progress.step("base", 2, 2, "no registry answers: making it from Debian's packages with mmdebstrap")
    with debian.root_file_system(_liner("base", progress)) as tar, tar.open("rb") as file:
        return store.import_tar(file, tags("base"), labels("base"))


def _build(name: str, store: ImageStore, progress: BuildProgress) -> str:
    progress.step(name, 0, 1, "downloading its wheels")
    files = [*inputs.files(name), *wheels.wheels(name)]
    return store.build(files, tags(name), labels(name), {"BASE": tags(PARENTS[name])[0]}, _liner(name, progress))


def _liner(name: str, progress: BuildProgress) -> Callable[[str], None]:
    """Tells a build's step lines from what the steps print."""

    def take(line: str) -> None:
        step = STEP.match(line)
        if step:
            progress.step(name, int(step[1]), int(step[2]), step[3])
        else:
            progress.line(name, line)

    return take


def listing(store: ImageStore) -> list[Listed]:
    """Every image of the lab, and whether it is there and current."""
    stored = store.ours()
    return [_listed(name, [image for image in stored if image.name == name]) for name in NAMES]


def _listed(name: str, stored: list[StoredImage]) -> Listed:
    current = next((image for image in stored if image.inputs == inputs_hash(name)), None)
    newest = max(stored, key=lambda image: image.created, default=None)
    state = "current" if current else "stale" if newest else "missing"
    return Listed(name, state, current or newest)


def clean(store: ImageStore) -> list[StoredImage]:
    """Removes all images with the project's label, children before parents; returns them."""
    stored = sorted(store.ours(), key=lambda image: (image.name in PARENTS, image.created), reverse=True)
    for image in stored:
        store.remove(image.id)
    return stored
