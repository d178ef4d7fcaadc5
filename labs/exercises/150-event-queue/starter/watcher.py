"""Watches a mouse and keyboards without missing a click or a key."""

import contextlib
import time

from labs.programs.devices import ASKS, Devices, Watch, read_state, run

PERIOD = 0.4


def watch(devices: Devices, seen: Watch) -> None:
    """Records each state of the mouse and each key, until the mouse says that it is over."""
    for keyboard in devices.keyboards:
        keyboard.settimeout(0.3)
    over = False
    while not over:
        # TODO 2: wait for all devices with one call, without a timeout (selectors). Then read the devices that are
        # ready, and count one turn. Of the clicks between two polls, this loop sees only the last.
        time.sleep(PERIOD)
        devices.mouse.sendall(ASKS)
        number, _, over = read_state(devices.mouse)
        seen.turns += 1
        seen.add(number)
        for keyboard in devices.keyboards:
            with contextlib.suppress(TimeoutError):
                seen.press(keyboard.recv(1))


if __name__ == "__main__":
    # TODO 1: this tells the devices that the watcher ASKS. If it WAITS, they send clicks and keys without being asked.
    run(watch, ASKS, __doc__)
