"""What a watcher of a mouse is tried with."""

from tests.exercises import Program

STARTER = "seen"
PRINTS = """\
import socket, sys, time
from labs.programs.events import emit
listener = socket.create_server(("0.0.0.0", 8001))
emit("ready", port=8001, platform="linux")
emit("watching", sleeps=0)
emit("watched", seen=list(range(1, 21)), noticed=[0.1] * 20, turns=21)
time.sleep(1000)
"""
SELECT = "selector.select()"
SHORT = "selector.select(0.001)"
POLLING = """\
selector.select(0) or __import__("time").sleep(0.005) or ()"""
THREADS = """\
    import threading

    def type_on(keyboard):
        while key := keyboard.recv(1):
            seen.turns += 1
            seen.press(key)

    for keyboard in devices.keyboards:
        threading.Thread(target=type_on, args=(keyboard,), daemon=True).start()
    over = False
    while not over:
        number, _, over = read_state(devices.mouse)
        seen.turns += 1
        seen.add(number)
    return
    over = False
"""
HIDDEN = """\
from concurrent.futures import ThreadPoolExecutor

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    with ThreadPoolExecutor(1) as thread:
        while not over:
            number, _, over = thread.submit(read_state, devices.mouse).result()
            seen.turns += 1
            seen.add(number)


run(watch, WAITS, None, None)
"""
MOUSE_ALONE = """\
from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    while not over:
        number, _, over = read_state(devices.mouse)
        seen.turns += 1
        seen.add(number)


run(watch, WAITS, None, None)
"""
KEYS_AFTERWARDS = """\
from contextlib import suppress

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    for keyboard in devices.keyboards:
        keyboard.setblocking(False)
    while not over:
        number, _, over = read_state(devices.mouse)
        seen.turns += 1
        seen.add(number)
        for keyboard in devices.keyboards:
            with suppress(BlockingIOError):
                while key := keyboard.recv(1):
                    seen.turns += 1
                    seen.press(key)


run(watch, WAITS, None, None)
"""
EPOLL = """\
import select

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    with select.epoll() as epoll:
        for device in (devices.mouse, *devices.keyboards):
            epoll.register(device, select.EPOLLIN)
        while not over:
            for descriptor, _ in epoll.poll():
                seen.turns += 1
                if descriptor == devices.mouse.fileno():
                    number, _, over = read_state(devices.mouse)
                    seen.add(number)
                else:
                    seen.press(next(one for one in devices.keyboards if one.fileno() == descriptor).recv(1))


run(watch, WAITS, None, None)
"""
WRONG = (
    Program("it only prints", "watcher.py", PRINTS, finding="error"),
    Program(
        "it looks a thousand times a second", "watcher.py", SHORT, SELECT, "the_queue_slept_until_something_happened"
    ),
    Program("it polls, quickly", "watcher.py", POLLING, SELECT, "the_queue_slept_until_something_happened"),
    Program(
        "a thread waits for each device", "watcher.py", THREADS, "    over = False\n", "every_watcher_is_one_thread"
    ),
    Program(
        "it waits for the mouse alone", "watcher.py", MOUSE_ALONE, finding="the_queue_read_every_key_that_was_typed"
    ),
    Program(
        "it looks at the keyboards when the mouse is clicked",
        "watcher.py",
        KEYS_AFTERWARDS,
        finding="keys_are_noticed_before_the_next_click",
    ),
    Program("a thread that has ended when it is over", "watcher.py", HIDDEN, finding="no_thread_came_and_went"),
    Program(
        "it takes the last of a few",
        "watcher.py",
        "selector.select() and __import__('time').sleep(0.3) or selector.select()",
        SELECT,
        "delay",
    ),
)
OTHERS = (Program("epoll itself", "watcher.py", EPOLL),)
