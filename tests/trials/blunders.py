"""What blunders are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "stream-bugs": {
        "piece": ("2", "5", "11"),
        "size": ("1MiB", "2500000", "16MiB"),
        "letters": ("x", "Abc", "e" * 200),
        "digits": ("0", "7", "999999999"),
        "idle": ("1.0", "2.5"),
    },
}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", descriptors=5)
input()
'''
SENDS = "            client.unsent = client.unsent[client.sock.send(client.unsent) :]\n"
WRITE = "    def write(self, client: Client) -> bool:\n"
MUTANTS = (
    Mutant("the right one only prints", "stream-bugs", "servers.stream_right", PRINTS),
    Mutant(
        "the right one loses what is not sent at once",
        "stream-bugs",
        "servers.stream_right",
        SENDS + '            client.unsent = memoryview(b"")\n',
        SENDS,
    ),
    Mutant(
        "the right one always asks to write",
        "stream-bugs",
        "servers.stream_right",
        "READ | WRITE, client)",
        "WRITE if client.unsent else READ, client)",
    ),
    Mutant(
        "the right one forgets what comes behind a request",
        "stream-bugs",
        "servers.stream_right",
        'self.came[WORD:HEADER], b""',
        "self.came[WORD:HEADER], self.came[HEADER:]",
    ),
    Mutant("its sendall is send", "stream-bugs", "servers.stream_sendall", "sock.send(", "sock.sendall("),
    Mutant(
        "what send did not take is kept",
        "stream-bugs",
        "servers.stream_one_send",
        "        return super().write(client)\n",
        '        client.sock.send(client.unsent)\n        client.unsent = memoryview(b"")\n        return True\n',
    ),
    Mutant(
        "int is given the eight digits",
        "stream-bugs",
        "servers.stream_int_of_read",
        "int(data[WORD : WORD + 8])",
        "int(data[WORD:])",
    ),
    Mutant(
        "it dies by another mistake",
        "stream-bugs",
        "servers.stream_no_unregister",
        "        client.sock.close()\n        self.selector.unregister(client.sock.fileno())\n",
        "        client.sock.close()\n",
    ),
    Mutant(
        "it sleeps between two empty reads",
        "stream-bugs",
        "servers.stream_empty_read",
        "        import time\n\n        time.sleep(0.2)\n        return True\n",
        "        return True\n",
    ),
    Mutant(
        "it asks to write only when there is something",
        "stream-bugs",
        "servers.stream_write_interest",
        "WRITE if client.unsent else READ",
        "READ | WRITE",
    ),
)
