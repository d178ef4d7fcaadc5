"""Polls a mouse every so often, and reads its other devices in turn, each of which blocks while it is silent.

python -m labs.programs.servers.poll_devices --port 8001 --period 0.25
"""

import contextlib
import socket
import time

from labs.programs.state import ASKS, Watch, read_state, run


def watch(
    mouse: socket.socket, keyboards: list[socket.socket], begin: float, period: float, blocking: float, seen: Watch
) -> None:
    """Asks for the mouse's state, then the other devices', at multiples of the period, as far as these let it."""
    for keyboard in keyboards:
        keyboard.settimeout(blocking)
    over, due = False, begin
    while not over:
        time.sleep(max(0.0, due - time.monotonic()))
        mouse.sendall(ASKS)
        number, _, over = read_state(mouse)
        seen.turns += 1
        seen.add(number)
        for keyboard in keyboards:
            with contextlib.suppress(TimeoutError):
                keyboard.recv(1)
        due = begin + period * (1 + (time.monotonic() - begin) // period)


if __name__ == "__main__":
    run(watch, ASKS, __doc__, None)
