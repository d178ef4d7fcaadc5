"""Polls a mouse at intervals, and reads its keyboards in turn, each of which blocks while it is silent.

python -m labs.programs.servers.poll_devices --port 8001 --period 0.25
"""

import contextlib
import time

from labs.programs.devices import ASKS, Devices, Watch, read_state, run


def watch(devices: Devices, seen: Watch) -> None:
    """Asks the mouse, then reads the keyboards, at multiples of the period unless the keyboards make it late."""
    for keyboard in devices.keyboards:
        keyboard.settimeout(devices.blocking)
    due = devices.begin
    while True:
        time.sleep(max(0.0, due - time.monotonic()))
        devices.mouse.sendall(ASKS)
        number, _, over = read_state(devices.mouse)
        seen.turns += 1
        seen.add(number)
        if over:
            return
        for keyboard in devices.keyboards:
            with contextlib.suppress(TimeoutError):
                seen.press(keyboard.recv(1))
        due = devices.begin + devices.period * (1 + (time.monotonic() - devices.begin) // devices.period)


if __name__ == "__main__":
    run(watch, ASKS, __doc__)
