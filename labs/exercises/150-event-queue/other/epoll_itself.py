import select

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    over = False
    with select.epoll() as epoll:
        for device in (devices.mouse, *devices.keyboards):
            epoll.register(device, select.EPOLLIN)
        while not over:
            for descriptor, _ in epoll.poll():
                seen.turns += 1
                if descriptor == devices.mouse.fileno():
                    number, _, over = read_state(devices.mouse)
                    seen.add(number)
                else:
                    seen.press(next(one for one in devices.keyboards if one.fileno() == descriptor).recv(1))


run(watch, WAITS, None, None)
