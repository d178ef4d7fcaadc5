"""Builds the images that are missing or stale, parents first, and nothing else."""

import fcntl
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from images import debian, inputs, wheels
from images.inputs import ARCHITECTURES, NAMES, PARENTS, inputs_hash, is_for
from scenarios.errors import ImageError, Unavailable, UsageError
from scenarios.imagestore import BuildProgress, ImageStore, StoredImage

STEP = re.compile(r"Step (\d+)/(\d+) : (.*)")
# What a build left unfinished and nothing went on with for this long, in seconds, is no build of another checkout's.
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
    """An image that `clean` removed, or the reason why the engine did not."""

    image: StoredImage
    problem: str | None


def ensure(names: Sequence[str], store: ImageStore, progress: BuildProgress) -> dict[str, str]:
    """The ids of current images of these names, after building those that there are not.

    Raises ImageError, UsageError, or Unavailable for an image that the engine's machine cannot have.
    """
    check_names(names)
    for name in names:
        if not is_for(name, store.architecture):
            raise Unavailable(_not_for(name, store.architecture))
    found = _find_current(store)
    if not all(name in found for name in names):
        with _only_one_builds():
            # Another process may have built them while this one waited.
            found = _find_current(store, hidden=True)
            lacking = [name for name in names if name not in found]
            for name in lacking:
                _ensure_one(name, store, progress, found)
            if lacking:
                _remove_abandoned(store)
    return {name: found[name] for name in names}


def check_names(names: Sequence[str]) -> None:
    """Raises UsageError for a name that no image has."""
    for name in names:
        if name not in NAMES:
            raise UsageError(f"there is no image {name!r}; there are: {', '.join(NAMES)}")


def _not_for(name: str, architecture: str) -> str:
    return f"the image {name} is {_only_for(name)}, and the engine's machine is {architecture}"


def _only_for(name: str) -> str:
    return f"only for {' and '.join(ARCHITECTURES[name])}"


def _find_current(store: ImageStore, *, hidden: bool = False) -> dict[str, str]:
    """The ids of current images, each given the names that it lacks: children are built from the one, Compose uses the
    other, and inputs can also go back to what they were.
    """
    # Of two, the one that bears a name.
    ours = sorted(store.ours(hidden=hidden), key=lambda image: bool(image.tags))
    current = {image.name: image for image in ours if _is_current(image, store)}
    for name, image in current.items():
        lacking = [tag for tag in tags(name, store.architecture) if tag not in image.tags]
        if lacking:
            store.tag(image.id, lacking)
    return {name: image.id for name, image in current.items()}


def _is_current(image: StoredImage, store: ImageStore) -> bool:
    """An image made from one of ours, by a user or a failed build, inherits its labels but bears neither of its names;
    ours that lost both is told from those by how it was made.
    """
    if image.name not in NAMES or image.inputs != inputs_hash(image.name, store.architecture):
        return False
    return not set(tags(image.name, store.architecture)).isdisjoint(image.tags) or _is_as_built(image, store)


def _is_as_built(image: StoredImage, store: ImageStore) -> bool:
    """The last step of a build of ours names its inputs, and an imported base has no other step: whatever is made from
    them has one more.
    """
    steps = store.steps(image.id)
    return len(steps) == 1 or image.inputs in steps[0]


def _remove_abandoned(store: ImageStore) -> None:
    """Removes what failed builds left; what something still uses stays, and `clean` says why."""
    for image in store.ours():
        if not image.name and not image.tags and time.time() - image.created > ABANDONED:
            with suppress(ImageError):
                store.remove(image.id)


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


def tags(name: str, architecture: str) -> tuple[str, str]:
    """An image's names: one for its content, which never moves, and `latest`, which Compose uses."""
    return f"iolab/{name}:{inputs_hash(name, architecture)[:12]}", f"iolab/{name}:latest"


def labels(name: str, architecture: str) -> dict[str, str]:
    """The labels by which an image is found again."""
    return {"iolab.project": "iolab", "iolab.image": name, "iolab.inputs": inputs_hash(name, architecture)}


def _build_base(store: ImageStore, progress: BuildProgress) -> str:
    names, marks, on_line = _identity("base", store, progress)
    progress.step("base", 1, 2, f"asking a registry for {debian.FROM_REGISTRY}")
    if store.pull(debian.FROM_REGISTRY):
        progress.step("base", 2, 2, "labelling it")
        return store.build(inputs.files("base"), names, marks, {"BASE": debian.FROM_REGISTRY}, on_line)
    progress.step("base", 2, 2, "no registry answers: making it from Debian's packages with mmdebstrap")
    note = partial(progress.note, "base")
    with debian.root_file_system(store.architecture, note, on_line) as tar, tar.open("rb") as file:
        return store.import_tar(file, names, marks)


def _build(name: str, store: ImageStore, progress: BuildProgress) -> str:
    names, marks, on_line = _identity(name, store, progress)
    progress.step(name, 0, 1, "downloading its wheels")
    files = [*inputs.files(name), *wheels.wheels(name, store.architecture)]
    parent = tags(PARENTS[name], store.architecture)[0]
    return store.build(files, names, marks, {"BASE": parent}, on_line)


def _identity(
    name: str, store: ImageStore, progress: BuildProgress
) -> tuple[tuple[str, str], dict[str, str], Callable[[str], None]]:
    """What an image is called, how it is labelled, and who hears what is printed while it is made."""
    return tags(name, store.architecture), labels(name, store.architecture), _liner(name, progress)


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
    """Removes all images of the project, children before parents; one that is in use stays, and with it its parent."""
    ours = [image for image in store.ours() if not image.tags or _names_of_ours(image)]
    return [_clean(image, store) for image in sorted(ours, key=_descent, reverse=True)]


def _names_of_ours(image: StoredImage) -> list[str]:
    """An image that a user makes from ours inherits the labels, but has a name of its own."""
    return [tag for tag in image.tags if tag.rpartition(":")[0] in {f"iolab/{name}" for name in NAMES}]


def _descent(image: StoredImage) -> tuple[bool, int]:
    return image.name != "base", image.created


def _clean(image: StoredImage, store: ImageStore) -> Cleaned:
    """One of ours to which a user gave a name keeps that one."""
    ours = _names_of_ours(image)
    try:
        for reference in [image.id] if len(ours) == len(image.tags) else ours:
            store.remove(reference)
    except ImageError as error:
        return Cleaned(image, str(error))
    return Cleaned(image, None)
