"""Builds the images that are missing or stale, parents first."""

import fcntl
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from images import debian, inputs, wheels
from images.inputs import ARCHITECTURES, NAMES, PARENTS, inputs_hash, is_for
from images.store import BuildProgress, ContextFile, ImageStore, StoredImage
from scenarios.errors import ImageError, Unavailable, UsageError

STEP = re.compile(r"Step (\d+)/(\d+) : (.*)")
# An unfinished image that is older than this, in seconds, does not belong to another checkout's running build.
ABANDONED = 600


@dataclass(frozen=True)
class Listed:
    """An image as `images.list` shows it; `stored` is the newest one, if any.

    `state` is current, stale or missing, or "only for amd64" where the engine's machine is another.
    """

    name: str
    state: str
    stored: StoredImage | None


@dataclass(frozen=True)
class Cleaned:
    """An image that `clean` removed, or the reason why the engine refused."""

    image: StoredImage
    problem: str | None


def ensure(names: Sequence[str], store: ImageStore, progress: BuildProgress) -> dict[str, str]:
    """The ids of current images of these names, after building the missing ones.

    Raises ImageError, UsageError, or Unavailable for an image that the engine's machine cannot run.
    """
    check_names(names)
    architecture = store.architecture
    for name in names:
        if not is_for(name, architecture):
            raise Unavailable(f"the image {name} is {_only_for(name)}, and the engine's machine is {architecture}")
    found = _find_current(store)
    if not all(name in found for name in names):
        with _only_one_builds():
            # Another process may have built them while this one waited.
            found = _find_current(store, hidden=True)
            if lacking := [name for name in names if name not in found]:
                for name in lacking:
                    _ensure_one(name, store, progress, found)
                _remove_abandoned(store)
    return {name: found[name] for name in names}


def check_names(names: Sequence[str]) -> None:
    """Raises UsageError for an unknown name."""
    for name in names:
        if name not in NAMES:
            raise UsageError(f"there is no image {name!r}; there are: {', '.join(NAMES)}")


def _only_for(name: str) -> str:
    return f"only for {' and '.join(ARCHITECTURES[name])}"


def _find_current(store: ImageStore, *, hidden: bool = False) -> dict[str, str]:
    """The ids of current images. An image gets the names that it lacks: children are built from one of them, Compose
    uses the other, and an older image becomes current again when the inputs go back to what they were.
    """
    # Of two, the one with a name wins.
    ours = sorted(store.ours(hidden=hidden), key=lambda image: bool(image.tags))
    current = {image.name: image for image in ours if _is_current(image, store)}
    for name, image in current.items():
        lacking = [tag for tag in tags(name, store.architecture) if tag not in image.tags]
        if lacking:
            store.tag(image.id, lacking)
    return {name: image.id for name, image in current.items()}


def _is_current(image: StoredImage, store: ImageStore) -> bool:
    """An image that a user or a failed build made from one of ours inherits its labels but has neither of its names.
    One of ours that lost both names is told from those by its history.
    """
    if image.name not in NAMES or image.inputs != inputs_hash(image.name, store.architecture):
        return False
    if not set(tags(image.name, store.architecture)).isdisjoint(image.tags):
        return True
    # The last step of our builds names the inputs, and an imported base has one step; an image that is made from one of
    # these has more steps.
    steps = store.steps(image.id)
    return len(steps) == 1 or image.inputs in steps[0]


def _remove_abandoned(store: ImageStore) -> None:
    """Removes what failed builds left; an image in use stays, and `clean` says why."""
    for image in store.ours():
        if not image.name and not image.tags and time.time() - image.created > ABANDONED:
            with suppress(ImageError):
                store.remove(image.id)


@contextmanager
def _only_one_builds() -> Iterator[None]:
    debian.CACHE.mkdir(parents=True, exist_ok=True)
    with (debian.CACHE / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_one(name: str, store: ImageStore, progress: BuildProgress, found: dict[str, str]) -> None:
    if name in found:
        return
    if name not in PARENTS:
        begun = time.monotonic()
        found[name] = _build_base(store, progress)
    else:
        # The wheels are downloaded while the parent is built.
        with ThreadPoolExecutor(1) as pool:
            downloaded = pool.submit(wheels.wheels, name, store.architecture)
            _ensure_one(PARENTS[name], store, progress, found)
            begun = time.monotonic()
            found[name] = _build(name, store, progress, downloaded)
    progress.done(name, time.monotonic() - begun)


def tags(name: str, architecture: str) -> tuple[str, str]:
    """An image's names: one for its content, which never moves, and `latest`, which Compose uses."""
    return f"iolab/{name}:{inputs_hash(name, architecture)[:12]}", f"iolab/{name}:latest"


def _build_base(store: ImageStore, progress: BuildProgress) -> str:
    names, marks, on_line = _identity("base", store, progress)
    progress.step("base", 1, 2, f"asking a registry for {debian.FROM_REGISTRY}")
    if store.pull(debian.FROM_REGISTRY):
        progress.step("base", 2, 2, "adding labels")
        return store.build(inputs.files("base"), names, marks, {"BASE": debian.FROM_REGISTRY}, on_line)
    progress.step("base", 2, 2, "no registry answers: building it from Debian packages with mmdebstrap")
    note = partial(progress.note, "base")
    with debian.root_file_system(store.architecture, note, on_line) as tar, tar.open("rb") as file:
        return store.import_tar(file, names, marks, debian.SETTINGS)


def _build(name: str, store: ImageStore, progress: BuildProgress, downloaded: Future[list[ContextFile]]) -> str:
    names, marks, on_line = _identity(name, store, progress)
    progress.step(name, 0, 1, "downloading wheels")
    files = [*inputs.files(name), *downloaded.result()]
    parent = tags(PARENTS[name], store.architecture)[0]
    return store.build(files, names, marks, {"BASE": parent}, on_line)


def _identity(
    name: str, store: ImageStore, progress: BuildProgress
) -> tuple[tuple[str, str], dict[str, str], Callable[[str], None]]:
    """An image's names, the labels by which it is found again, and the receiver of its build's output."""
    marks = {"iolab.project": "iolab", "iolab.image": name, "iolab.inputs": inputs_hash(name, store.architecture)}
    return tags(name, store.architecture), marks, partial(_report_line, name, progress)


def _report_line(name: str, progress: BuildProgress, line: str) -> None:
    if step := STEP.match(line):
        progress.step(name, int(step[1]), int(step[2]), step[3])
    else:
        progress.line(name, line)


def listing(store: ImageStore) -> list[Listed]:
    """Every image of the lab, and whether it exists and is current."""
    stored = store.ours(hidden=True)
    return [_listed(name, [image for image in stored if image.name == name], store) for name in NAMES]


def _listed(name: str, stored: list[StoredImage], store: ImageStore) -> Listed:
    architecture = store.architecture
    current = next((image for image in stored if _is_current(image, store)), None)
    newest = max((image for image in stored if image.tags), key=lambda image: image.created, default=None)
    if not is_for(name, architecture):
        return Listed(name, _only_for(name), newest)
    return Listed(name, "current" if current else "stale" if newest else "missing", current or newest)


def clean(store: ImageStore) -> list[Cleaned]:
    """Removes all images of the project, children before parents; an image in use stays, and its parent too."""
    ours = [image for image in store.ours() if not image.tags or _names_of_ours(image)]
    children_first = sorted(ours, key=lambda image: (image.name != "base", image.created), reverse=True)
    return [_clean(image, store) for image in children_first]


def _names_of_ours(image: StoredImage) -> list[str]:
    """Without the names that a user gave: an image that a user makes from ours inherits its labels."""
    return [tag for tag in image.tags if tag.rpartition(":")[0] in {f"iolab/{name}" for name in NAMES}]


def _clean(image: StoredImage, store: ImageStore) -> Cleaned:
    """An image to which a user gave another name keeps that name."""
    ours = _names_of_ours(image)
    try:
        for reference in [image.id] if len(ours) == len(image.tags) else ours:
            store.remove(reference)
    except ImageError as error:
        return Cleaned(image, str(error))
    return Cleaned(image, None)
