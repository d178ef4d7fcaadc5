"""The leftovers of killed runs: every command finds and removes them.

If an engine refuses to remove something, that is told once and noted; it neither stops nor slows later commands.
"""

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from scenarios.engines import choose
from scenarios.engines.base import Engine, Leftover, NotRemoved
from scenarios.errors import LabError
from scenarios.results import run_directories


def sweep_after_the_killed() -> None:
    """Removes what killed runs left. Asks no engine if every mark's owner lives. Raises EvidenceError."""
    dead = [mark for mark in run_directories.marks() if not mark.owner.lives]
    for name in sorted({mark.engine for mark in dead}):
        # That engine is not there now, or not known here, or something stays: the marks stay until it is, and the
        # command that is only preceded by this goes on.
        with suppress(LabError):
            engine = choose.connect(name)
            sweep(engine)
            # An engine that has just come back may say that something is being removed already, and keep it.
            noted = not_removed()
            stays = {thing.run for thing in engine.leftovers() if not thing.kept and thing.name not in noted}
            for mark in dead:
                if mark.engine == name and mark.run not in stays:
                    run_directories.unmark(mark.run)


def sweep(engine: Engine) -> list[Leftover]:
    """Removes everything on the engine whose owner is dead, but for kept runs; returns what it was. Raises LabError."""
    noted = not_removed()
    dead = [thing for thing in engine.leftovers() if not thing.owner_lives]
    return _removed(engine, [thing for thing in dead if not thing.kept or thing.name in noted])


def down(engine: Engine, run: str | None = None) -> list[Leftover]:
    """Removes this project's leftovers, kept ones as well, and returns what they were.

    Things that a living run still uses stay. With `run`, everything of that run is removed and nothing else, also
    while its owner lives or seems to; the owner itself is not ended. Raises LabError when the engine cannot be asked.
    """
    things = engine.leftovers()
    removed = _removed(engine, [thing for thing in things if (thing.run == run if run else not thing.owner_lives)])
    if run:
        unmark_if_gone(engine, run)
    return removed


def _removed(engine: Engine, things: list[Leftover]) -> list[Leftover]:
    """Removes these and returns those that are gone. Those that were refused before are tried without patience."""
    noted = not_removed()
    refused = list(engine.remove([thing for thing in things if thing.name not in noted]))
    if again := [thing for thing in things if thing.name in noted]:
        refused += engine.remove(again, patient=False)
    tell(refused)
    stay = {one.thing.name for one in refused}
    gone = [thing for thing in things if thing.name not in stay]
    for thing in gone:
        with suppress(OSError):
            (_notes() / thing.name).unlink(missing_ok=True)
    return gone


def tell(refused: Iterable[NotRemoved]) -> None:
    """Prints on stderr what an engine refuses to remove, and notes it to say it only once; never raises."""
    noted = not_removed()
    for one in refused:
        if one.thing.name in noted:
            continue
        with suppress(OSError):
            text = f"iolab: {one.thing.kind} {one.thing.name} cannot be removed: {one.reason}"
            print(text, file=sys.stderr, flush=True)
        with suppress(OSError):
            _notes().mkdir(parents=True, exist_ok=True)
            (_notes() / one.thing.name).write_text(one.reason, encoding="utf-8")


def not_removed() -> dict[str, str]:
    """The names of things that engines refused to remove, with the reasons."""
    with suppress(OSError):
        return {note.name: note.read_text(encoding="utf-8", errors="replace") for note in _notes().iterdir()}
    return {}


def _notes() -> Path:
    return run_directories.RUNS / ".not-removed"


def is_kept(engine: Engine, run: str) -> bool:
    """Whether a run stands for a look inside; raises LabError when the engine cannot be asked."""
    return any(thing.run == run and thing.kept for thing in engine.leftovers())


def unmark_if_gone(engine: Engine, run: str) -> None:
    """Removes a run's mark if nothing is left that can be removed; if the engine cannot tell, the next command asks."""
    with suppress(LabError):
        on_another = any(mark.run == run and mark.engine != engine.name for mark in run_directories.marks())
        noted = not_removed()
        left = any(thing.run == run and thing.name not in noted for thing in engine.leftovers())
        if not on_another and not left:
            run_directories.unmark(run)
