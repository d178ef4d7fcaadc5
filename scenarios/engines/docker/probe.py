"""The lab's own process in a container: system/proc_probe.py, started with the container and asked over one connection.

It is started before the program can use up the container's processes.
"""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scenarios.engines.base import Executed
from scenarios.engines.docker.streams import Conversation, begin
from scenarios.errors import EngineError
from scenarios.system import proc_probe

# Debian's own Python, which both images have. /opt/iolab/python is what programs run with: under Wine another one.
PYTHON = ("/usr/bin/python3", "-I", "-S", "-c")
ANSWER_WITHIN = 30.0  # seconds
END = f"{proc_probe.END}\n".encode()
FAILED = "failed "
STREAMS = ("stdout", "stderr")


class Probe:
    """The process in one container; it answers one request at a time."""

    def __init__(self, api: Any, container: str, service: str, within: float = ANSWER_WITHIN) -> None:
        """Starts it and waits until it answers; raises EngineError, and what the SDK raises."""
        self._service, self._within = service, within
        self._lock = threading.Lock()
        source = Path(proc_probe.__file__).read_text(encoding="utf-8")
        job = api.exec_create(container, [*PYTHON, source], stdin=True)["Id"]
        self._conversation: Conversation = begin(api, job)
        self.broken = False
        self.ask("hello")

    def room(self) -> int:
        """How many more processes the container may have; 0 where the kernel does not tell. Raises EngineError."""
        return int(next(iter(self.ask("room")), 0))

    def numbers(self, request: str) -> dict[str, int]:
        """An answer of names and numbers; raises EngineError."""
        try:
            return {name: int(number) for name, number in map(str.split, self.ask(request))}
        except ValueError as error:
            raise EngineError(f"looking into {self._service}: its probe gave an unknown answer: {error}") from error

    def run(self, command: Sequence[str], within: float) -> Executed:
        """Runs a command, for at most so many seconds; raises EngineError."""
        request = " ".join(["run", *(f"x{word.encode().hex()}" for word in command)])
        lines = [line.partition(" ") for line in self.ask(request, within)]
        wrote = {name: b"".join(bytes.fromhex(part) for one, _, part in lines if one == name) for name in STREAMS}
        return Executed(int(lines[-1][2]), wrote["stdout"], wrote["stderr"])

    def ask(self, request: str, within: float | None = None) -> list[str]:
        """The lines of the answer. Raises EngineError; after a missing or half answer the probe is `broken`."""
        within = within or self._within
        with self._lock:
            try:
                answer = self._answer(request, time.monotonic() + within)
            except TimeoutError as error:
                self._give_up()
                raise EngineError(f"looking into {self._service} took more than {within:g} s") from error
            except (OSError, ValueError) as error:
                self._give_up()
                raise EngineError(f"looking into {self._service}: {error}") from error
        if answer and answer[-1].startswith(FAILED):
            raise EngineError(f"looking into {self._service}: {answer[-1].removeprefix(FAILED)}")
        return answer

    def _answer(self, request: str, until: float) -> list[str]:
        parts: list[bytes] = []
        self._conversation.send(f"{request}\n".encode(), until)
        for _, part in self._conversation.frames(until):
            parts.append(part)
            if _has_ended(parts):
                return b"".join(parts)[: -len(END)].decode(errors="replace").splitlines()
        text = b"".join(parts).decode(errors="replace").strip()
        raise ConnectionError(text or "its probe, the lab's own process in the container, ended")

    def _give_up(self) -> None:
        self.broken = True
        self.close()

    def close(self) -> None:
        """The process in the container ends with its input."""
        self._conversation.close()


def _has_ended(parts: Sequence[bytes]) -> bool:
    """Whether the last line came; the parts before need not be searched again."""
    end = b"".join(parts[-len(END) - 1 :])
    return end == END or end.endswith(b"\n" + END)
