# finding: the_queue_read_every_key_that_was_typed
from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    while not over:
        number, _, over = read_state(devices.mouse)
        seen.turns += 1
        seen.add(number)


run(watch, WAITS, None, None)
