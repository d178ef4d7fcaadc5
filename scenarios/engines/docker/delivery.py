"""Brings a program that is not the lab's own into a container: through the engine, wherever it runs, and nobody there
but root can change it.
"""

import io
import tarfile
import time
from typing import Any

from scenarios.engines.docker.machines import CODE
from scenarios.engines.docker.streams import begin
from scenarios.errors import EngineError
from scenarios.scenario import Code

# The root is read-only and the folder a tmpfs, into which the engine's own copying does not reach. Root has no
# capabilities there either, and needs none in a folder of its own.
UNPACK = ("tar", "--extract", "--directory", CODE)
ROOT = "0:0"
READABLE = 0o444
WITHIN = 30.0  # seconds


def bring(api: Any, container: str, code: Code) -> None:
    """Writes the files before the program starts; raises EngineError, and what the SDK raises."""
    job = api.exec_create(container, list(UNPACK), stdin=True, user=ROOT)["Id"]
    conversation, until = begin(api, job), time.monotonic() + WITHIN
    try:
        conversation.send(_archive(code), until)
        said = b"".join(part for _, part in conversation.frames(until))
    except TimeoutError as error:
        raise EngineError(f"bringing {code.entry} into its container took more than {WITHIN:g} s") from error
    finally:
        conversation.close()
    if api.exec_inspect(job)["ExitCode"] != 0:
        raise EngineError(f"bringing {code.entry} into its container: {said.decode(errors='replace').strip()}")


def _archive(code: Code) -> bytes:
    """The files as tar takes them."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, text in code.files.items():
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), READABLE
            archive.addfile(entry, io.BytesIO(content))
    return held.getvalue()
