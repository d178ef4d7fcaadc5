# finding: one_process_with_one_thread_does_it
import os
import pickle
import selectors

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    reading, writing = os.pipe()
    if os.fork() == 0:
        over = False
        with selectors.DefaultSelector() as selector:
            for device in (devices.mouse, *devices.keyboards):
                selector.register(device, selectors.EVENT_READ)
            while not over:
                for key, _ in selector.select():
                    seen.turns += 1
                    if key.fileobj is devices.mouse:
                        number, _, over = read_state(devices.mouse)
                        seen.add(number)
                    else:
                        seen.press(key.fileobj.recv(1))
        os.write(writing, pickle.dumps(vars(seen)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        vars(seen).update(pickle.load(pipe))
    os.wait()


run(watch, WAITS, None, None)
