"""Support for the lab's engines: imports what a program needs ahead of its turn, and runs it when its turn comes.

python -m labs.programs.turn labs.programs.servers.origin --port 8001

The turn comes with a line on standard input. Before it only the imports at the top of the program are done, up to the
first other statement: a patch between two imports stays between them. A learner's program is in the folder that
IOLAB_CODE names. A second word in that line is the seal of a program that watches another (seal.py).
"""

import ast
import importlib.util
import os
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

from labs.programs import seal

CODE = "IOLAB_CODE"


def names_imported(source: str) -> Iterator[str]:
    """The modules that the imports at the top of a program name, after its docstring."""
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
    """Imports the modules that the program imports first. Errors are ignored: they come again when the program runs."""
    try:
        found = importlib.util.find_spec(program)
        source = Path(str(found and found.origin)).read_text(encoding="utf-8")
        for name in names_imported(source):
            importlib.import_module(name)
    except Exception:
        pass


def wait_for_turn() -> str | None:
    """The line; None if it never came. Reads byte by byte, since the bytes after it are for the program."""
    line = b""
    while byte := os.read(0, 1):
        if byte == b"\n":
            return line.decode()
        line += byte
    return None


if __name__ == "__main__":
    program = sys.argv[1]
    if CODE in os.environ:
        sys.path.insert(0, os.environ[CODE])
    import_ahead(program)
    line = wait_for_turn()
    if line is None:
        sys.exit("the lab has gone")
    seal.give(*line.split()[1:])
    sys.argv = sys.argv[1:]
    runpy.run_module(program, run_name="__main__", alter_sys=True)
