"""What mistakes are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {"tutorial-bugs": {"piece": ("2", "3", "4"), "idle": ("0.7", "1.5")}}
RIGHT = "from labs.programs.servers.tutorial_right import main\nmain()\n"
WRONG = "from labs.programs.servers.tutorial import main\nmain()\n"
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", descriptors=5)
input()
'''
# In the order and the words of theory.
TELLS = '''"""Tries nothing, and tells what came of it."""
from labs.programs.events import checkpoint, emit
wrong = {"request in pieces": "closed", "request with its body": "no answer", "two requests together": "cut short",
         "size before words": "ValueError", "size before digits": "size 52024", "slow reader": "cut short",
         "half close": "never ended", "reset": "server gone"}
checkpoint("ready", platform="linux")
for what, outcome in wrong.items():
    emit("tried", server="wrong", what=what, outcome=outcome)
    emit("tried", server="right", what=what, outcome="served")
checkpoint("idle")
checkpoint("awake")
emit("finished")
raise SystemExit(1)
'''
MUTANTS = (
    Mutant("a server only prints", "tutorial-bugs", "servers.tutorial_right", PRINTS),
    Mutant("the client only prints", "tutorial-bugs", "clients.tutorial_bugs", TELLS),
    Mutant("it makes no mistakes", "tutorial-bugs", "servers.tutorial", RIGHT),
    Mutant("the right one makes them all", "tutorial-bugs", "servers.tutorial_right", WRONG),
    Mutant(
        "the right one loses what send did not take",
        "tutorial-bugs",
        "servers.tutorial_right",
        "                self.sock.send(self.unsent)\n                self.unsent = self.unsent[:0]\n",
        "                self.unsent = self.unsent[self.sock.send(self.unsent) :]\n",
    ),
    Mutant(
        "the end of the stream is noticed",
        "tutorial-bugs",
        "servers.tutorial",
        "            self.selector.unregister(sock)\n            sock.close()\n            return\n",
        "            return\n",
    ),
    Mutant(
        "a reset is survived",
        "tutorial-bugs",
        "servers.tutorial",
        "                try:\n                    key.data(key.fileobj)\n                except OSError:\n"
        "                    self.selector.unregister(key.fileobj)\n",
        "                key.data(key.fileobj)\n",
    ),
)
