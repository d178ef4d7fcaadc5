"""What glances are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "polling-vs-events": {
        "clicks": ("5", "60"),
        "span": ("2", "5"),
        "seed": ("7", "8", "9"),
        "period": ("0.3", "0.5"),
        "keyboards": ("0", "2"),
        "blocking": ("0.1", "0.2"),
    }
}
MUTANTS = (
    Mutant(
        "the queue is looked into every 0.3 s",
        "polling-vs-events",
        "servers.await_devices",
        "            __import__('time').sleep(0.3)\n            selector.select()",
        "            selector.select()",
    ),
    Mutant(
        "the queue's loop never sleeps for long",
        "polling-vs-events",
        "servers.await_devices",
        "            while not selector.select(0.001):\n                pass\n",
        "            selector.select()\n",
    ),
    Mutant(
        "the poller polls twice as often",
        "polling-vs-events",
        "servers.poll_devices",
        "due += devices.period / 2",
        "due = devices.begin + devices.period * (1 + (time.monotonic() - devices.begin) // devices.period)",
    ),
    Mutant(
        "silent devices do not block",
        "polling-vs-events",
        "servers.poll_devices",
        "keyboard.settimeout(0.001)",
        "keyboard.settimeout(devices.blocking)",
    ),
    Mutant(
        "it clicks at other moments",
        "polling-vs-events",
        "clients.clicker",
        "random.Random(options.seed + 1)",
        "random.Random(options.seed)",
    ),
)
