"""The commands on images: build, list, clean."""

from collections.abc import Sequence
from datetime import datetime

from rich.table import Table

from images import build
from images.inputs import NAMES
from images.store import ImageStore
from scenarios.engines import choose
from scenarios.errors import EXIT_PASS, UsageError
from scenarios.report.terminal import TerminalAudience, console

MEGABYTE = 1000**2  # as `docker images` counts


def store() -> ImageStore:
    """The image store of the engine that has one."""
    from scenarios.engines.docker import DockerEngine

    engine = choose.connect("docker")
    if not isinstance(engine, DockerEngine):
        raise UsageError(f"the engine {engine.name} has no images")
    return engine.images


def build_images(names: Sequence[str]) -> int:
    """Builds these images, by default all of them, where they are missing or stale."""
    build.check_names(names)
    audience = TerminalAudience()
    try:
        built = build.ensure(names or NAMES, store(), audience)
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
            when = datetime.fromtimestamp(one.stored.created)
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
    """Removes this project's images, and no other."""
    removed = build.clean(store())
    for image in removed:
        print(f"removed {image.tags[0] if image.tags else image.id[:19]}")
    if not removed:
        print("there were none")
    return EXIT_PASS
