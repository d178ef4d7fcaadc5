"""Parameters and wrong programs with which address_in_use is tested."""

from tests.mutants import Drawn, Mutant

SCENARIO, PROGRAM = "address-in-use", "demos.restart_server"
DRAWN: Drawn = {SCENARIO: {"port": ("2000", "12345", "29999")}}
# Written from the catalog alone, like the next.
PRINTS = '''"""Prints all that a right program prints, and listens nowhere."""
import sys
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
for number, (first, reuse) in enumerate((first, reuse) for first in ("server", "client") for reuse in (False, True)):
    error = "[Errno 98] Address already in use" if number == 0 else None
    emit("restarted", first=first, reuse=reuse, port=9001 + number, error=error)
checkpoint("done")
'''
LISTENS = PRINTS.replace(
    'emit("ready"',
    'import socket\nheld = [socket.create_server(("127.0.0.1", 9002 + k)) for k in range(3)]\nemit("ready"',
)
MUTANTS = (
    Mutant("it only prints", SCENARIO, PROGRAM, PRINTS),
    Mutant("it listens, and has no client", SCENARIO, PROGRAM, LISTENS),
    Mutant("the server always has SO_REUSEADDR", SCENARIO, PROGRAM, "SO_REUSEADDR, True)", "SO_REUSEADDR, reuse)"),
    Mutant(
        "the client closes first each time",
        SCENARIO,
        PROGRAM,
        "(client, server)",
        '(server, client) if first == "server" else (client, server)',
    ),
    Mutant(
        "the server resets its client",
        SCENARIO,
        PROGRAM,
        "server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\\1\\0\\0\\0\\0\\0\\0\\0')\n    one.close()",
        "one.close()",
    ),
    Mutant(
        "the new server stops at once",
        SCENARIO,
        PROGRAM,
        "listen(port + number, reuse).close()",
        "listeners.append(listen(port + number, reuse))",
    ),
)
