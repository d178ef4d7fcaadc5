"""Parameters and mutants of slow_clients."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {
    "slow-clients": {
        "honest": ("1", "12"),
        "greedy": ("1", "5"),
        "silent": ("1", "8"),
        "bound": ("8KiB", "100KiB", "512KiB"),
        "idle": ("0.8", "1", "2"),
    }
}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", descriptors=5)
input()
'''
WRITES = "            client.write()\n"
MUTANTS = (
    Mutant("it only prints", "slow-clients", "servers.echo_limits", PRINTS),
    Mutant(
        "it reads without a bound",
        "slow-clients",
        "servers.echo_limits",
        "not client.ended",
        "not client.ended and len(client.unsent) < bound",
    ),
    Mutant(
        "idle clients stay",
        "slow-clients",
        "servers.echo_limits",
        "        for client in ():\n",
        "        for client in [one for one in clients.values() if time.monotonic() - one.active >= idle]:\n",
    ),
    Mutant(
        "one that never reads blocks the loop",
        "slow-clients",
        "servers.echo_limits",
        "            client.sock.setblocking(True)\n"
        "            client.sock.sendall(client.unsent)\n            client.unsent = b''\n"
        "            client.sock.setblocking(False)\n",
        WRITES,
    ),
    Mutant(
        "it closes clients too early",
        "slow-clients",
        "servers.echo_limits",
        "one.active >= idle / 2]",
        "one.active >= idle]",
    ),
    Mutant(
        "it drops what is over the bound",
        "slow-clients",
        "servers.echo_limits",
        "    reading = not client.ended\n    client.unsent = client.unsent[:bound]\n",
        "    reading = not client.ended and len(client.unsent) < bound\n",
    ),
    Mutant(
        "what a client counts as honest is not honest",
        "slow-clients",
        "clients.slow_peers",
        "    if back == message:",
        "    if back != message:",
    ),
    Mutant(
        "it closes a client at the bound",
        "slow-clients",
        "servers.echo_limits",
        "    return len(client.unsent) < 60000 and (bool(client.unsent) or not client.ended)\n",
        "    return bool(client.unsent) or not client.ended\n",
    ),
    Mutant(
        "a client that has sent much may be silent",
        "slow-clients",
        "servers.limiting",
        "            self.active = time.monotonic() + (1000 if count > 1000 and not self.unsent else 0)\n",
        "            self.active = time.monotonic()\n",
    ),
)
