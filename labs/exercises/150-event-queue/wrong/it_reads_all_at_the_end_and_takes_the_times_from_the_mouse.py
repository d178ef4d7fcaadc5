# finding: it_woke_for_the_events_as_they_came
import time

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    time.sleep(2.9)
    while not over:
        number, moment, over = read_state(devices.mouse)
        if number > len(seen.noticed):
            seen.seen.append(number)
            seen.noticed.append(moment + 0.002)
    for keyboard in devices.keyboards:
        keyboard.setblocking(False)
        try:
            keys = keyboard.recv(100)
        except BlockingIOError:
            continue
        seen.typed += keys.decode()
        seen.pressed += [devices.begin] * len(keys)


run(watch, WAITS, None, None)
