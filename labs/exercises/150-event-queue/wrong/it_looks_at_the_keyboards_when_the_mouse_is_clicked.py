# finding: keys_are_noticed_before_the_next_click
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
