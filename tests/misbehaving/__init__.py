"""Programs that misbehave on purpose. A service runs one in place of its own program, as it runs a learner's code."""

from dataclasses import replace
from pathlib import Path

from scenarios.definition.scenario import Code, Service

FOLDER = Path(__file__).parent
NAMES = frozenset(path.stem for path in FOLDER.glob("*.py")) - {"__init__"}


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.py"


def code_of(path: Path) -> Code:
    """The program in a file, as a service carries it into its machine."""
    return Code(path.name, {path.name: path.read_text(encoding="utf-8")})


def running(name: str, service: Service) -> Service:
    """That service with a program of this folder."""
    return replace(service, code=code_of(path_of(name)))
