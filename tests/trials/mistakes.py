"""What mistakes are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {"tutorial-bugs": {"piece": ("2", "3", "4"), "idle": ("0.7", "1.5")}}
RIGHT = "from labs.programs.servers.tutorial_right import main\nmain()\n"
WRONG = "from labs.programs.servers.tutorial import main\nmain()\n"
MUTANTS = (
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
