"""Starts the commands for ./inv; from the first moment on, a signal ends it quietly, with the right status."""

import gc
import signal
import sys
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

FEW_COLLECTIONS = 50_000  # objects made between two; Python's own threshold is 700


def leave(number: int, _: FrameType | None) -> None:
    """Leaves with the status of a process that the signal ended; nothing was started yet."""
    sys.exit(128 + number)


def import_invoke() -> None:
    """Imports invoke without unittest.mock, which brings asyncio and ssl along: a third of invoke's time.

    Its one use there is MockContext, for the tests of other people's tasks. And with the PyYAML that is installed,
    which the catalog needs as well, instead of the copy that invoke brings.
    """
    if "unittest.mock" in sys.modules:
        return
    import yaml

    sys.modules["invoke.vendor.yaml"] = yaml
    stand_in = ModuleType("unittest.mock")
    stand_in.__dict__["Mock"] = object
    sys.modules["unittest.mock"] = stand_in
    import invoke  # noqa: F401

    del sys.modules["unittest.mock"]


def commands() -> Any:
    """The commands of tasks.py; what is wrong there is told like any other error, so this is not called here."""
    from tasks import namespace

    return namespace


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        # What nohup has it ignore stays ignored.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, leave)
    # The checkout's own directory instead of this file's.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    # What is imported stays; looking through it for garbage, again and again, would be a tenth of a short command.
    gc.set_threshold(FEW_COLLECTIONS)
    import_invoke()
    from scenarios.commands.program import main

    main(sys.argv[1:], commands)
