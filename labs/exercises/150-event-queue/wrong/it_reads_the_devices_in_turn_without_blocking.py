# finding: turns
import time
from contextlib import suppress

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    devices.mouse.setblocking(False)
    for keyboard in devices.keyboards:
        keyboard.setblocking(False)
    while not over:
        seen.turns += 1
        time.sleep(0.01)
        with suppress(BlockingIOError):
            number, _, over = read_state(devices.mouse)
            seen.add(number)
        for keyboard in devices.keyboards:
            with suppress(BlockingIOError):
                seen.press(keyboard.recv(1))
    devices.mouse.setblocking(True)


run(watch, WAITS, None, None)
