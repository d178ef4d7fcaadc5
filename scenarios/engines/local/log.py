"""A local service's two streams: from its pipes into files, and from there to the run, always in this order."""

import fcntl
import os
import selectors
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from scenarios.definition.scenario import STREAMS, Stream
from scenarios.engines.base import MOST_BYTES, Sink
from scenarios.engines.local.detach import Leave
from scenarios.engines.local.network import LINUX
from scenarios.engines.local.process_registry import MARK, Machine

END_WITHIN = 1.0  # seconds, from the end of the last writer
WHOLE_PIPE = 1024 * 1024  # bytes; no pipe of an ordinary user holds more (pipe(7), pipe-max-size)
PART = 256 * 1024  # bytes that are moved, or read back, at once: what these pipes hold, where they can be made larger
# The file of a kept program has a limit as well. There `cat` fails, since its signal is ignored, and another `cat` goes
# on reading, so that the program does not block. POSIX counts this limit in 512 bytes.
FOLLOW_ON = 'ulimit -f "$1"; trap "" XFSZ; cat; exec cat >/dev/null'
BLOCK = 512


def _enlarge(pipe: int) -> None:
    """With a larger pipe a flood takes fewer switches between processes. Only Linux has it, up to a limit per user."""
    if LINUX:
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PART)


class Log:
    """Reads what a service writes, in a thread of its own."""

    def __init__(self, machine: Machine, sink: Sink, most: int = MOST_BYTES) -> None:
        """Opens the pipes and the files, which stop growing at `most` bytes; raises OSError."""
        self._machine, self._sink, self._most = machine, sink, most
        self._lock = threading.Lock()
        self.leave, self._over = Leave(), False
        self._files: dict[Stream, BinaryIO] = {}
        self._kept: dict[Stream, int] = dict.fromkeys(STREAMS, 0)
        self._pipes: dict[Stream, int] = {}
        self.inlets: dict[Stream, int] = {}
        self._ends_line = True
        for stream in STREAMS:
            self._pipes[stream], self.inlets[stream] = os.pipe()
            os.set_blocking(self._pipes[stream], False)
            _enlarge(self._pipes[stream])
            self._files[stream] = (machine.directory / stream).open("ab+", buffering=0)
        self._reader = threading.Thread(target=self._follow, name=f"read-{machine.service}", daemon=True)

    def start(self) -> None:
        """To be called once the program has the inlets, or will not get them: closes this process's own."""
        for inlet in self.inlets.values():
            os.close(inlet)
        self._reader.start()

    def _follow(self) -> None:
        """Reads both pipes until no process can write to them any more, or the lab detaches."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.leave, selectors.EVENT_READ)
            for stream, pipe in self._pipes.items():
                selector.register(pipe, selectors.EVENT_READ, stream)
            try:
                while len(selector.get_map()) > 1:
                    for key, _ in selector.select():
                        if key.data is None:
                            return
                        if not self._take(key.data, PART):
                            selector.unregister(key.fd)
                self._over = True
            except OSError as error:
                self._sink.lost(f"the log of {self._machine.service} cannot be written: {error.strerror}")

    def join(self, seconds: float | None = None) -> bool:
        """Waits until no process can write any more, by default without limit; whether that is so."""
        if self._reader.is_alive():
            self._reader.join(seconds)
        return not self._reader.is_alive()

    def _take(self, stream: Stream, most: int) -> bool:
        """Reads what is in a pipe; False at its end."""
        with self._lock:
            return self._take_locked(stream, most)

    def _take_locked(self, stream: Stream, most: int) -> bool:
        if stream not in self._pipes:
            return False
        try:
            data = os.read(self._pipes[stream], most)
        except BlockingIOError:
            return True
        if data:
            self._keep(stream, data)
        return bool(data)

    def _keep(self, stream: Stream, data: bytes) -> None:
        """Into the file while it is not full, and to the run in any case: the end after a flood must be seen."""
        view = memoryview(data)[: self._most - self._kept[stream]]
        while view:
            written = self._files[stream].write(view)
            self._kept[stream] += written
            view = view[written:]
        if stream == "stdout":
            self._ends_line = data.endswith(b"\n")
        self._sink.output(self._machine.service, stream, data)

    def add_line(self, line: bytes) -> None:
        """Puts a line of the lab's own after everything that the program has written to stdout.

        Ignores errors: a log that cannot be written ends the run anyway, and a closed one has no reader.
        """
        with self._lock, suppress(OSError):
            if not self._pipes:
                return
            self._take_locked("stdout", WHOLE_PIPE)
            self._keep("stdout", line if self._ends_line else b"\n" + line)

    def read(self, stream: Stream) -> Iterator[bytes]:
        """The file in parts, up to what the program had written at the call; raises OSError."""
        self._take(stream, WHOLE_PIPE)
        left = self._kept[stream]
        with (self._machine.directory / stream).open("rb", buffering=0) as file:
            while left > 0 and (part := file.read(min(left, PART))):
                left -= len(part)
                yield part

    def hand_over(self) -> "list[subprocess.Popen[bytes]]":
        """Starts processes that go on filling the files, and returns them; none if no process can write any more.

        Without a reader a kept program would die by SIGPIPE at its next line. Raises OSError.
        """
        self.leave.say()
        self.join()
        if self._over:
            return []
        return [self._followed_on(stream) for stream in STREAMS]

    def _followed_on(self, stream: Stream) -> "subprocess.Popen[bytes]":
        os.set_blocking(self._pipes[stream], True)
        return subprocess.Popen(
            ["sh", "-c", FOLLOW_ON, "follow", str(self._most // BLOCK)],
            stdin=self._pipes[stream],
            stdout=self._files[stream],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), MARK: self._machine.name},
        )

    def close(self) -> None:
        """Closes everything once the program and all that it started have ended; before, it does nothing."""
        if not self.join(END_WITHIN):
            return
        with self._lock:
            while self._pipes:
                os.close(self._pipes.popitem()[1])
            for file in self._files.values():
                file.close()
            self.leave.close()
