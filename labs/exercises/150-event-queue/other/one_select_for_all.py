import select

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    while not over:
        ready, _, _ = select.select([devices.mouse, *devices.keyboards], [], [])
        seen.turns += 1
        for device in ready:
            if device is devices.mouse:
                number, _, over = read_state(device)
                seen.add(number)
            else:
                seen.press(device.recv(100))


run(watch, WAITS, None, None)
