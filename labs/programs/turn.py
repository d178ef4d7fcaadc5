"""Starts a program ahead of its turn: what it imports is there when its turn comes, and it did nothing before.

python -m labs.programs.turn labs.programs.servers.origin --port 8001

Its turn comes with a line on standard input. Only the imports at the top of the program are done before, up to its
first statement that is none: a patch between two imports stays between them. A program that is not the lab's own is
looked for in the folder that IOLAB_CODE names.
"""

import ast
import importlib.util
import os
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

CODE = "IOLAB_CODE"


def names_imported(source: str) -> Iterator[str]:
    """The modules that the imports at the top of a program's source name, a docstring before them left aside."""
    for number, statement in enumerate(ast.parse(source).body):
        match statement:
            case ast.Import():
                yield from (alias.name for alias in statement.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
            case ast.Expr(value=ast.Constant()) if number == 0:
                continue
            case _:
                return


def import_ahead(program: str) -> None:
    """Imports what the program will import first; what fails now fails again, and is seen, when it runs."""
    try:
        found = importlib.util.find_spec(program)
        source = Path(str(found and found.origin)).read_text(encoding="utf-8")
        for name in names_imported(source):
            importlib.import_module(name)
    except Exception:
        pass


def wait_for_turn() -> bool:
    """Whether the line came; byte by byte, since what follows it is the program's."""
    while byte := os.read(0, 1):
        if byte == b"\n":
            return True
    return False


if __name__ == "__main__":
    program = sys.argv[1]
    if CODE in os.environ:
        sys.path.insert(0, os.environ[CODE])
    import_ahead(program)
    if not wait_for_turn():
        sys.exit("the lab has gone")
    sys.argv = sys.argv[1:]
    runpy.run_module(program, run_name="__main__", alter_sys=True)
