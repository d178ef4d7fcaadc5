"""Tasks of asyncio that wait for one event.

python -m labs.programs.demos.footprint_tasks --count 10000
"""

import asyncio
from collections.abc import Sequence

from labs.programs.demos.footprint import Crowd, run


def main() -> None:
    crowd, loop, event = Crowd(), asyncio.new_event_loop(), asyncio.Event()

    async def wait() -> None:
        crowd.came.append(None)
        await event.wait()
        crowd.go_on()

    async def release(tasks: Sequence[asyncio.Task[None]]) -> None:
        event.set()
        await asyncio.gather(*tasks)

    # The loop runs only while it is told to.
    run(
        crowd,
        begin=lambda: loop.create_task(wait()),
        settle=lambda _: loop.run_until_complete(asyncio.sleep(0)),
        release=lambda tasks: loop.run_until_complete(release(tasks)),
        description=__doc__,
    )


if __name__ == "__main__":
    main()
