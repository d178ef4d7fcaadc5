"""Greenlets of gevent that wait for one event.

python -m labs.programs.demos.crowd_greenlets --count 10000
"""

from collections.abc import Sequence

import gevent
from gevent.event import Event

from labs.programs.demos.crowding import Crowd, run


def main(arguments: Sequence[str] | None = None) -> None:
    """The hub runs only as long as the main greenlet waits."""
    crowd, event = Crowd(), Event()

    def wait() -> None:
        crowd.came.append(None)
        event.wait()
        crowd.went.append(None)

    def release(greenlets: Sequence["gevent.Greenlet[[], None]"]) -> None:
        event.set()
        gevent.joinall(greenlets)

    run(
        crowd,
        begin=lambda: gevent.spawn(wait),
        settle=lambda _: gevent.sleep(0),
        release=release,
        description=__doc__,
        arguments=arguments,
    )


if __name__ == "__main__":
    main()
