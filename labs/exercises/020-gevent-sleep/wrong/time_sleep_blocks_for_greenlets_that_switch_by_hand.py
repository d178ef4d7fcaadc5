# finding: the_loop_of_gevent_woke_each_task_and_only_the_unpatched_sleep_blocked
"""A greenlet for each task, but the main one sleeps for all of them in time.sleep, and wakes them in order."""

import time

from greenlet import getcurrent, greenlet

from labs.programs.demos.sleeping import run


def task(number):
    print(f"task {number} goes to sleep", flush=True)
    getcurrent().parent.switch()
    print(f"task {number} is back", flush=True)


def sleep_all(sleeps):
    begun, spans, tasks = time.perf_counter(), {}, {number: greenlet(task) for number, _ in sleeps}
    for number, _ in sleeps:
        tasks[number].switch(number)
    for number, seconds in sorted(sleeps, key=lambda one: one[1]):
        time.sleep(max(0, begun + seconds - time.perf_counter()))
        tasks[number].switch()
        spans[number] = (begun, time.perf_counter())
    return [spans[number] for number, _ in sleeps]


run(sleep_all, __doc__)
