"""Starts programs of labs/programs as real processes on loopback."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from scenarios import places

# Between a fork and an exec a program has no other descriptors than these.
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(places.ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def command(program: str, *arguments: str) -> list[str]:
    """How a program starts."""
    return [sys.executable, "-m", f"labs.programs.{program}", *arguments]


@contextmanager
def serving(
    program: str, *arguments: str, nofile: int = 4096, reading: bool = True
) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """A server on a free port, with its ready event; it is ended afterwards.

    Without `reading`, nobody reads what it says after that, unless the test does.
    """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (nofile, nofile))

    folder = tempfile.mkdtemp()  # the program's own: its files may have megabytes
    process = subprocess.Popen(
        command(program, "--host", "127.0.0.1", "--port", "0", *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**ENVIRONMENT, "TMPDIR": folder},
        preexec_fn=limit,
    )
    assert process.stdout is not None
    # A pipe that nobody reads fills up, and then the server waits for its reader instead of its clients.
    drain = Thread(target=process.stdout.read)
    try:
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        if reading:
            drain.start()
        yield json.loads(line), process
    finally:
        process.kill()
        process.wait()
        if drain.ident:
            drain.join()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
        shutil.rmtree(folder)


def run(program: str, *arguments: str, stdin: str = "", **environment: str) -> tuple[int, list[dict[str, Any]]]:
    """A program's exit status and its events."""
    done = subprocess.run(
        command(program, *arguments),
        input=stdin,
        capture_output=True,
        text=True,
        env={**ENVIRONMENT, **environment},
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]
