"""The commands images, images.build and images.clean."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from images import build
from images.inputs import NAMES, is_for
from images.store import ImageStore
from scenarios.engines import choose
from scenarios.errors import EXIT_ERROR, EXIT_PASS, UsageError
from scenarios.report.terminal import TerminalAudience, console, table

MEGABYTE = 1000**2  # as `docker images` counts


def store() -> ImageStore:
    """The image store of the Docker engine; raises UsageError or EngineUnavailable."""
    choose.wanted(None)  # a name that does not exist is an error here too
    engine = choose.connect("docker")
    if engine.images is None:
        raise UsageError(f"the engine {engine.name} has no images")
    return engine.images


def build_images(names: Sequence[str]) -> int:
    """Builds these images if they are missing or stale, by default all that this engine's architecture supports."""
    build.check_names(names)
    images = store()
    audience = TerminalAudience()
    try:
        built = build.ensure(names or [name for name in NAMES if is_for(name, images.architecture)], images, audience)
    finally:
        audience.close()
    for name, image in built.items():
        print(f"iolab/{name} is current: {image[:19]}")
    return EXIT_PASS


def list_images() -> int:
    """Lists the images with their state, size and age."""
    listed = table("image", "state", "size", "built", "id")
    for one in build.listing(store()):
        cells = ["", "", ""]
        if one.stored:
            when = datetime.fromtimestamp(one.stored.created, UTC)
            cells = [f"{one.stored.size / MEGABYTE:.0f} MB", f"{when:%Y-%m-%d %H:%M}", one.stored.id[:19]]
        listed.add_row(f"iolab/{one.name}", one.state, *cells)
    console().print(listed)
    return EXIT_PASS


def clean_images() -> int:
    """Removes this project's images and no others. It reports those that are in use, and keeps them."""
    cleaned = build.clean(store())
    for one in cleaned:
        name = one.image.tags[0] if one.image.tags else one.image.id[:19]
        if one.problem:
            print(f"not removed: {name}: {one.problem}", file=sys.stderr)
        else:
            print(f"removed {name}")
    if not cleaned:
        print("there are no images to remove")
    return EXIT_ERROR if any(one.problem for one in cleaned) else EXIT_PASS
