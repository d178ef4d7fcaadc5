"""Parameters and mutants of hostile_clients."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {
    "hostile-clients": {
        "clients": ("5", "80"),
        "each": ("1", "8"),
        "selector": ("poll", "epoll"),
        "size": ("1KiB", "300KiB"),
    }
}
HOSTILE = {"clients": "10", "each": "10"}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", selector="EpollSelector", platform="linux", port=8001, descriptors=5)
input()
'''
# It waits for a truce as they do, and has not touched the server.
PEACEFUL = '''"""Attacks nobody, and says that it did."""
import os, socket
from labs.programs.clients.hostile_behaviours import BEHAVIOURS
from labs.programs.events import checkpoint
names = [one.__name__ for one in BEHAVIOURS]
with socket.create_server((os.environ["IOLAB_HOST"], int(os.environ["IOLAB_PORT"]))) as truce:
    checkpoint("ready", platform="linux", behaviours=20, clients=200)
    truce.accept()
    told = dict(refused=0, sent=1, received=1, settled=True)
    checkpoint("finished", by="truce", seconds=1.0, behaviours=dict.fromkeys(names, 7), **told)
'''
MUTANTS = (
    Mutant("the server only prints", "hostile-clients", "servers.transfer", PRINTS, given=HOSTILE),
    Mutant("the hostile clients only print", "hostile-clients", "clients.hostile", PEACEFUL, given=HOSTILE),
    Mutant(
        "a peer that resets ends it",
        "hostile-clients",
        "servers.connection",
        "        except OSError:\n            raise  # this client",
        "        except OSError:\n            return 0  # this client",
        HOSTILE,
    ),
    Mutant(
        "it copies the body for each answer",
        "hostile-clients",
        "servers.connection",
        "self.outgoing += [self.download[0], memoryview(bytes(self.download[1]))]",
        "self.outgoing += self.download",
        HOSTILE | {"size": "1MiB"},
    ),
    Mutant(
        "the kernel may hold megabytes of each",
        "hostile-clients",
        "servers.transfer_common",
        "    for buffer in ():",
        "    for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):",
        HOSTILE,
    ),
    Mutant(
        "it sets a megabyte aside for each client",
        "hostile-clients",
        "servers.connection",
        'self.room = b"x" * 1024**2\n        self.refused = self.ended = False',
        "self.refused = self.ended = False",
        HOSTILE,
    ),
    Mutant(
        "it keeps a descriptor of each client",
        "hostile-clients",
        "servers.transfer",
        "self.kept = [*getattr(self, 'kept', ()), connection.sock.dup()]\n        connection.sock.close()",
        "connection.sock.close()",
        HOSTILE,
    ),
    Mutant(
        "it asks again and again",
        "hostile-clients",
        "servers.transfer",
        "select(0.001)",
        "select(self.events.patience)",
        HOSTILE,
    ),
    Mutant(
        "its epoll is poll",
        "hostile-clients",
        "servers.selector_option",
        '"epoll": "PollSelector"',
        '"epoll": "EpollSelector"',
        HOSTILE,
    ),
    Mutant(
        "the hostile clients only connect",
        "hostile-clients",
        "clients.hostile",
        "    def tame(name):\n"
        "        def behaviour(peer):\n"
        "            peer.connect()\n"
        "            yield 0.5\n"
        "\n"
        "        behaviour.__name__ = name\n"
        "        return behaviour\n"
        "\n"
        "    attackers = [Attacker(tame(behaviour.__name__), address)",
        "    attackers = [Attacker(behaviour, address)",
    ),
    Mutant(
        "threads that come and go serve",
        "hostile-clients",
        "servers.transfer",
        "        import threading\n"
        "\n"
        "        wanted = []\n"
        "        thread = threading.Thread(target=lambda: wanted.append(key.data.on_event(mask)))\n"
        "        thread.start()\n"
        "        thread.join()\n"
        "        (wanted,) = wanted\n",
        "        wanted = key.data.on_event(mask)\n",
    ),
)
