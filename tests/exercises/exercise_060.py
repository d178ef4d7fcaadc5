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

    for keyboard in devices.keyboards:
        threading.Thread(target=keyboard.recv, args=(1,), daemon=True).start()
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
EPOLL = """\
import select

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    with select.epoll() as epoll:
        for device in (devices.mouse, *devices.keyboards):
            epoll.register(device, select.EPOLLIN)
        while not over:
            epoll.poll()
            number, _, over = read_state(devices.mouse)
            seen.turns += 1
            seen.add(number)


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
