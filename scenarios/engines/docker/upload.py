"""Uploads a program that is not the lab's own into a container, through the engine, so that only root can change it."""

import io
import tarfile
import time
from typing import Any

from scenarios.definition.scenario import Code
from scenarios.engines.docker.machines import CODE, HOME
from scenarios.engines.docker.streams import begin
from scenarios.errors import EngineError

# The root file system is read-only, and the engine's own copying does not reach a tmpfs. Root has no capabilities in
# the container, and needs none in a folder of its own.
UNPACK = ("tar", "--extract", "--directory", HOME)
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
        raise EngineError(f"uploading {code.entry} into its container took more than {WITHIN:g} s") from error
    finally:
        conversation.close()
    if api.exec_inspect(job)["ExitCode"] != 0:
        raise EngineError(f"uploading {code.entry} into its container failed: {said.decode(errors='replace').strip()}")


def _archive(code: Code) -> bytes:
    """The files as a tar archive, with their paths in HOME."""
    folder = CODE.removeprefix(f"{HOME}/")
    files = {f"{folder}/{name}": text for name, text in code.files.items()} | dict(code.provided)
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, text in files.items():
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), READABLE
            archive.addfile(entry, io.BytesIO(content))
    return held.getvalue()
