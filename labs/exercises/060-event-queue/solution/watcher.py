"""Watches a mouse, and keyboards on which nobody types, and misses no click."""

import selectors

from labs.programs.devices import WAITS, Devices, Watch, read_state, run


def watch(devices: Devices, seen: Watch) -> None:
    """Sleeps until a device has something to say, takes it down, and ends with the last click."""
    over = False
    with selectors.DefaultSelector() as selector:
        for device in (devices.mouse, *devices.keyboards):
            selector.register(device, selectors.EVENT_READ)
        while not over:
            for key, _ in selector.select():
                if key.fileobj is devices.mouse:
                    number, _, over = read_state(devices.mouse)
                    seen.turns += 1
                    seen.add(number)


if __name__ == "__main__":
    # A mouse to which its watcher says that it waits sends each click by itself.
    run(watch, WAITS, __doc__, None)
