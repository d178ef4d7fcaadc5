# finding: no_extra_thread_ran
from concurrent.futures import ThreadPoolExecutor

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    with ThreadPoolExecutor(1) as thread:
        while not over:
            number, _, over = thread.submit(read_state, devices.mouse).result()
            seen.turns += 1
            seen.add(number)


run(watch, WAITS, None, None)
