"""What killed runs left behind: found by every command, and removed."""

from contextlib import suppress

from scenarios import rundirs
from scenarios.engines import choose
from scenarios.engines.base import Engine, Leftover
from scenarios.errors import LabError


def sweep_after_the_killed() -> None:
    """Removes what runs left whose process was killed.

    Costs nothing, and asks no engine, when every mark's owner lives. Raises EvidenceError when no marks can be read.
    """
    dead = [mark for mark in rundirs.marks() if not mark.owner.lives]
    for name in sorted({mark.engine for mark in dead}):
        # That engine is not there now, or not known here, or something stays: the marks stay until it is, and the
        # command that is only preceded by this goes on.
        with suppress(LabError):
            engine = choose.connect(name)
            sweep(engine)
            # An engine that has just come back may say that something is being removed already, and keep it.
            stays = {thing.run for thing in engine.leftovers() if not thing.kept}
            for mark in dead:
                if mark.engine == name and mark.run not in stays:
                    rundirs.unmark(mark.run)


def sweep(engine: Engine) -> list[Leftover]:
    """Removes everything on the engine whose owner is dead and that nobody asked to keep; returns what it was.

    Raises LabError when the engine cannot be asked, or does not remove it.
    """
    orphans = [thing for thing in engine.leftovers() if not thing.owner_lives and not thing.kept]
    engine.remove(orphans)
    return orphans


def down(engine: Engine, run: str | None = None) -> list[Leftover]:
    """Removes this project's leftovers, kept ones as well, and returns what they were.

    What a living run still uses is left alone. With `run`, everything of that run is removed and nothing else, also
    while its owner lives or seems to; the owner itself is not ended. Raises LabError when the engine cannot be asked,
    or does not remove it.
    """
    things = engine.leftovers()
    mine = [thing for thing in things if (thing.run == run if run else not thing.owner_lives)]
    engine.remove(mine)
    if run:
        unmark_if_gone(engine, run)
    return mine


def unmark_if_gone(engine: Engine, run: str) -> None:
    """Takes a run's mark away once nothing of it is left on its engine.

    The mark stays when the engine cannot tell, so that the next command asks again.
    """
    with suppress(LabError):
        on_another = any(mark.run == run and mark.engine != engine.name for mark in rundirs.marks())
        if not on_another and not any(thing.run == run for thing in engine.leftovers()):
            rundirs.unmark(run)
