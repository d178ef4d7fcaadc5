"""What killed runs left behind: found by every command, and removed."""

from scenarios import rundirs
from scenarios.engines import choose
from scenarios.engines.base import Engine, Leftover
from scenarios.errors import LabError


def sweep_after_the_killed() -> None:
    """Removes what runs left whose process was killed.

    Costs nothing, and asks no engine, when every mark's owner lives.
    """
    dead = [mark for mark in rundirs.marks() if not mark.owner.lives]
    for name in sorted({mark.engine for mark in dead}):
        try:
            sweep(choose.connect(name))
        except LabError:
            continue  # That engine is not there now, or not known here; the marks stay until it is.
        for mark in dead:
            if mark.engine == name:
                rundirs.unmark(mark.run)


def sweep(engine: Engine) -> list[Leftover]:
    """Removes everything on the engine whose owner is dead and that nobody asked to keep; returns what it was."""
    orphans = [thing for thing in engine.leftovers() if not thing.owner_lives and not thing.kept]
    engine.remove(orphans)
    return orphans


def down(engine: Engine) -> list[Leftover]:
    """Removes this project's leftovers, kept ones as well; what a living run still uses is left alone."""
    mine = [thing for thing in engine.leftovers() if not thing.owner_lives]
    engine.remove(mine)
    return mine
