"""Watches a mouse and keyboards without missing a click or a key."""

import selectors

from labs.programs.devices import WAITS, Devices, Watch, read_state, run


def watch(devices: Devices, seen: Watch) -> None:
    """Sleeps until a device has sent something, records it, and ends when the mouse says that it is over."""
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
    # If the watcher WAITS, the devices send each click and each key without being asked.
    run(watch, WAITS, __doc__)
