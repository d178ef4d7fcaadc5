"""Parameters and mutants of polling_vs_events."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {
    "polling-vs-events": {
        "clicks": ("5", "60"),
        "span": ("2", "5"),
        "seed": ("7", "8", "9"),
        "period": ("0.3", "0.5"),
        "keyboards": ("1", "2"),
        "keys": ("0", "1", "20"),
        "blocking": ("0.1", "0.2"),
        "idle": ("1", "4"),
    }
}
PRINTS = '''"""Prints what the lab wants to hear."""
import time
from labs.programs.events import emit
emit("ready", platform="linux", port=8001)
time.sleep(4)
emit("watched", seen=[1, 30], noticed=[0.1] * 30, turns=12)
'''
# The right numbers at the right time, from a generator of its own.
TELLS = '''"""Never looks at its mouse, and tells when it is clicked all the same."""
import random, time
from labs.programs.devices import WAITS, run
def watch(devices, seen):
    generator = random.Random(1)
    for number, moment in enumerate(sorted(generator.uniform(0, 3) for _ in range(30)), 1):
        time.sleep(max(0, devices.begin + moment + 0.001 - time.monotonic()))
        seen.seen.append(number)
        seen.noticed.append(devices.begin + moment + 0.002)
    seen.turns = 31
run(watch, WAITS, __doc__)
'''
WAITS_TOO = '''"""Waits for events."""
from labs.programs.devices import WAITS, run
from labs.programs.servers.await_devices import watch
run(watch, WAITS, __doc__)
'''
READY = "            for key, _ in selector.select():\n"
POLLS = '''"""Polls its devices every 80 ms."""
import socket, time
from labs.programs.devices import STATE, WAITS, run
def watch(devices, seen):
    while True:
        for device in (devices.mouse, *devices.keyboards):
            try:
                came = device.recv(STATE.size if device is devices.mouse else 1, socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            seen.turns += 1
            if device is devices.mouse:
                number, _, over = STATE.unpack(came)
                seen.add(number)
                if over:
                    return
            else:
                seen.press(came)
        time.sleep(0.08)
run(watch, WAITS, __doc__)
'''
IN_THREAD = '''"""A thread reads the mouse."""
import queue, threading
from labs.programs.devices import WAITS, read_state, run
def watch(devices, seen):
    came = queue.Queue()
    def read():
        over = False
        while not over:
            number, _, over = read_state(devices.mouse)
            came.put((number, over))
    reader = threading.Thread(target=read)
    reader.start()
    over = False
    while not over:
        number, over = came.get()
        seen.turns += 1
        seen.add(number)
    reader.join()
run(watch, WAITS, __doc__)
'''
SLEEP = "        time.sleep(max(0.0, due - time.monotonic()))\n"
SPINS = """            until = devices.begin + 1
            while not (ready := selector.select(0 if __import__("time").monotonic() < until else None)):
                pass
            for key, _ in ready:
"""
MUTANTS = (
    Mutant("the queue polls", "polling-vs-events", "servers.await_devices", POLLS),
    Mutant("the queue's mouse has a thread", "polling-vs-events", "servers.await_devices", IN_THREAD),
    Mutant("the queue spins for a second", "polling-vs-events", "servers.await_devices", SPINS, READY),
    Mutant(
        "the poller spins until the next poll",
        "polling-vs-events",
        "servers.poll_devices",
        "        while time.monotonic() < due:\n            pass\n",
        SLEEP,
    ),
    Mutant("the poller only prints", "polling-vs-events", "servers.poll_devices", PRINTS),
    Mutant("the queue tells of clicks that it never saw", "polling-vs-events", "servers.await_devices", TELLS),
    Mutant("the poller waits for events", "polling-vs-events", "servers.poll_devices", WAITS_TOO),
    Mutant(
        "the poller rests when nothing happens",
        "polling-vs-events",
        "servers.poll_devices",
        "        due += 0 if number else 1\n        time.sleep(max(0.0, due - time.monotonic()))",
        "        time.sleep(max(0.0, due - time.monotonic()))",
    ),
    Mutant(
        "the queue wakes for no reason once a second",
        "polling-vs-events",
        "servers.await_devices",
        f"            while not selector.select(1.0):\n                pass\n{READY}",
        READY,
    ),
    Mutant(
        "the queue is looked into every 0.3 s",
        "polling-vs-events",
        "servers.await_devices",
        f"            __import__('time').sleep(0.3)\n{READY}",
        READY,
    ),
    Mutant(
        "the queue's loop never sleeps for long",
        "polling-vs-events",
        "servers.await_devices",
        f"            while not selector.select(0.001):\n                pass\n{READY}",
        READY,
    ),
    Mutant(
        "the queue never looks at its keyboards",
        "polling-vs-events",
        "servers.await_devices",
        "        for device in (devices.mouse, *devices.keyboards[:0]):",
        "        for device in (devices.mouse, *devices.keyboards):",
        given={"keys": "5"},
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
        "clients.mouse",
        "random.Random(seed + 1)",
        "random.Random(seed)",
    ),
    Mutant(
        "the queue does not wait for its keyboards",
        "polling-vs-events",
        "servers.await_devices",
        "for device in (devices.mouse,):",
        "for device in (devices.mouse, *devices.keyboards):",
    ),
)
