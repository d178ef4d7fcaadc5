"""The commands on images: build, list, clean."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table

from images import build
from images.inputs import NAMES, is_for
from scenarios.engines import choose
from scenarios.errors import EXIT_ERROR, EXIT_PASS, UsageError
from scenarios.imagestore import ImageStore
from scenarios.report.terminal import TerminalAudience, console

MEGABYTE = 1000**2  # as `docker images` counts


def store() -> ImageStore:
    """The image store of the engine that has one."""
    engine = choose.connect("docker")
    if engine.images is None:
        raise UsageError(f"the engine {engine.name} has no images")
    return engine.images


def build_images(names: Sequence[str]) -> int:
    """Builds these images, by default all that the engine can have, where they are missing or stale."""
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
    """Lists the images: whether each is there and current, its size and its age."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("image", "state", "size", "built", "id"):
        table.add_column(column)
    for one in build.listing(store()):
        if one.stored is None:
            table.add_row(f"iolab/{one.name}", one.state, "", "", "")
        else:
            when = datetime.fromtimestamp(one.stored.created, UTC)
            table.add_row(
                f"iolab/{one.name}",
                one.state,
                f"{one.stored.size / MEGABYTE:.0f} MB",
                f"{when:%Y-%m-%d %H:%M}",
                one.stored.id[:19],
            )
    console().print(table)
    return EXIT_PASS


def clean_images() -> int:
    """Removes this project's images, and no other; those that are in use stay, and it says so."""
    cleaned = build.clean(store())
    for one in cleaned:
        name = one.image.tags[0] if one.image.tags else one.image.id[:19]
        if one.problem:
            print(f"kept {name}: {one.problem}", file=sys.stderr)
        else:
            print(f"removed {name}")
    if not cleaned:
        print("there were none")
    return EXIT_ERROR if any(one.problem for one in cleaned) else EXIT_PASS
