"""Watches a mouse and keyboards, and misses no click and no key."""

import contextlib
import time

from labs.programs.devices import ASKS, Devices, Watch, read_state, run

PERIOD = 0.4


def watch(devices: Devices, seen: Watch) -> None:
    """Takes down each state of the mouse and each key, and ends with the last click."""
    for keyboard in devices.keyboards:
        keyboard.settimeout(0.3)
    over = False
    while not over:
        # TODO 2: wait until any of the devices has something to say (selectors), however long that is; then read that
        # one, and count a turn. Who asks every so often sees of the clicks between two looks the last alone.
        time.sleep(PERIOD)
        devices.mouse.sendall(ASKS)
        number, _, over = read_state(devices.mouse)
        seen.turns += 1
        seen.add(number)
        for keyboard in devices.keyboards:
            with contextlib.suppress(TimeoutError):
                seen.press(keyboard.recv(1))


if __name__ == "__main__":
    # TODO 1: the devices are told that their watcher ASKS. To one that WAITS they send clicks and keys by themselves.
    run(watch, ASKS, __doc__, None)
