"""Tasks of asyncio that wait for one event.

python -m labs.programs.demos.crowd_tasks --count 10000
"""

import asyncio
from collections.abc import Sequence

from labs.programs.demos.crowding import Crowd, run


def main(arguments: Sequence[str] | None = None) -> None:
    """The loop runs only as long as somebody can go on."""
    crowd, loop, event = Crowd(), asyncio.new_event_loop(), asyncio.Event()

    async def wait() -> None:
        crowd.came.append(None)
        await event.wait()
        crowd.went.append(None)

    async def release(tasks: Sequence[asyncio.Task[None]]) -> None:
        event.set()
        await asyncio.gather(*tasks)

    run(
        crowd,
        begin=lambda: loop.create_task(wait()),
        settle=lambda _: loop.run_until_complete(asyncio.sleep(0)),
        release=lambda tasks: loop.run_until_complete(release(tasks)),
        description=__doc__,
        arguments=arguments,
    )


if __name__ == "__main__":
    main()
