"""A local service's two streams: from its pipes into files, and from there to the run, always in this order."""

import os
import selectors
import subprocess
import threading
from contextlib import suppress
from typing import BinaryIO

from scenarios.engines.base import Sink, Stream
from scenarios.engines.local_machines import MARK, Machine

STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")
END_WITHIN = 1.0  # seconds, from the end of the last writer
WHOLE_PIPE = 1024 * 1024  # bytes; no pipe of an ordinary user holds more (pipe(7), pipe-max-size)


class Log:
    """Takes what a service writes; one thread of its own waits for it."""

    def __init__(self, machine: Machine, sink: Sink) -> None:
        """Opens the pipes and the files; raises OSError."""
        self._machine, self._sink = machine, sink
        self._lock = threading.Lock()
        self._files: dict[Stream, BinaryIO] = {}
        self._pipes: dict[Stream, int] = {}
        self.inlets: dict[Stream, int] = {}
        self._ends_line = True
        for stream in STREAMS:
            self._pipes[stream], self.inlets[stream] = os.pipe()
            os.set_blocking(self._pipes[stream], False)
            self._files[stream] = (machine.directory / stream).open("ab+", buffering=0)
        self._reader = threading.Thread(target=self._follow, name=f"read-{machine.service}", daemon=True)

    def start(self) -> None:
        """To be called once the program has the inlets, or will not get them: this process lets go of its own."""
        for inlet in self.inlets.values():
            os.close(inlet)
        self._reader.start()

    def _follow(self) -> None:
        """Takes from both pipes until nobody can write to them any more."""
        with selectors.DefaultSelector() as selector:
            for stream, pipe in self._pipes.items():
                selector.register(pipe, selectors.EVENT_READ, stream)
            try:
                while selector.get_map():
                    for key, _ in selector.select():
                        if not self._take(key.data):
                            selector.unregister(key.fd)
            except OSError as error:
                self._sink.lost(f"the log of {self._machine.service} cannot be written: {error.strerror}")

    def join(self, seconds: float | None = None) -> bool:
        """Waits until nobody can write any more, for ever by default; whether that is so."""
        if self._reader.is_alive():
            self._reader.join(seconds)
        return not self._reader.is_alive()

    def _take(self, stream: Stream) -> bool:
        """Moves on what is in a pipe; False at its end."""
        with self._lock:
            return self._take_locked(stream)

    def _take_locked(self, stream: Stream) -> bool:
        if stream not in self._pipes:
            return False
        try:
            data = os.read(self._pipes[stream], WHOLE_PIPE)
        except BlockingIOError:
            return True
        if data:
            self._keep(stream, data)
        return bool(data)

    def _keep(self, stream: Stream, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._files[stream].write(view) :]
        if stream == "stdout":
            self._ends_line = data.endswith(b"\n")
        self._sink.output(self._machine.service, stream, data)

    def add_line(self, line: bytes) -> None:
        """Puts a line of the lab's own behind all that the program wrote to stdout; the program must have ended.

        A lost log ends the run by itself.
        """
        with self._lock, suppress(OSError):
            self._take_locked("stdout")
            self._keep("stdout", line if self._ends_line else b"\n" + line)

    def read(self) -> tuple[bytes, bytes]:
        """Both files, with what the program had written when this was called; raises OSError."""
        for stream in STREAMS:
            self._take(stream)
        stdout, stderr = ((self._machine.directory / stream).read_bytes() for stream in STREAMS)
        return stdout, stderr

    def hand_over(self) -> None:
        """Lets processes of their own fill the files from now on.

        A kept program would otherwise die of its next line, since nobody could read it once the lab has ended.
        """
        for stream in STREAMS:
            os.set_blocking(self._pipes[stream], True)
            subprocess.Popen(
                ["cat"],
                stdin=self._pipes[stream],
                stdout=self._files[stream],
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), MARK: self._machine.name},
            )

    def close(self) -> None:
        """Ends, once the program and all that it started are gone; a writer that cannot be ended keeps it open."""
        if not self.join(END_WITHIN):
            return
        with self._lock:
            while self._pipes:
                os.close(self._pipes.popitem()[1])
            for file in self._files.values():
                file.close()
