import asyncio

from labs.programs.devices import WAITS, read_state, run


def watch(devices, seen):
    async def until_over():
        loop = asyncio.get_running_loop()
        over = loop.create_future()

        def click():
            seen.turns += 1
            number, _, ended = read_state(devices.mouse)
            seen.add(number)
            if ended:
                over.set_result(None)

        def press(keyboard):
            seen.turns += 1
            seen.press(keyboard.recv(1))

        loop.add_reader(devices.mouse, click)
        for keyboard in devices.keyboards:
            loop.add_reader(keyboard, press, keyboard)
        await over

    asyncio.run(until_over())


run(watch, WAITS, None, None)
