"""Watches a mouse and keyboards, and misses no click and no key."""

import selectors

from labs.programs.devices import WAITS, Devices, Watch, read_state, run


def watch(devices: Devices, seen: Watch) -> None:
    """Sleeps until a device has something to say, takes it down, and ends with the last click."""
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
    # Devices whose watcher says that it waits send each click and each key by themselves.
    run(watch, WAITS, __doc__, None)
