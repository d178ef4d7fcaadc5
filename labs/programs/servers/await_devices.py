"""Waits for events of all its devices at once, and does nothing while there are none.

python -m labs.programs.servers.await_devices --port 8001
"""

import selectors

from labs.programs.devices import WAITS, Devices, Watch, read_state, run


def watch(devices: Devices, seen: Watch) -> None:
    over = False
    with selectors.DefaultSelector() as selector:
        for device in (devices.mouse, *devices.keyboards):
            selector.register(device, selectors.EVENT_READ, device)
        while not over:
            for key, _ in selector.select():
                seen.turns += 1
                if key.data is devices.mouse:
                    number, _, over = read_state(devices.mouse)
                    seen.add(number)
                else:
                    seen.press(key.data.recv(1))


if __name__ == "__main__":
    run(watch, WAITS, __doc__)
