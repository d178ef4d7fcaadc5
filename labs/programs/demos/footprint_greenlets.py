"""Greenlets of gevent that wait for one event.

python -m labs.programs.demos.footprint_greenlets --count 10000
"""

from collections.abc import Sequence

import gevent
from gevent.event import Event

from labs.programs.demos.footprint import Crowd, run


def main() -> None:
    crowd, event = Crowd(), Event()

    def wait() -> None:
        crowd.came.append(None)
        event.wait()
        crowd.go_on()

    def release(greenlets: Sequence["gevent.Greenlet[[], None]"]) -> None:
        event.set()
        gevent.joinall(greenlets)

    # The hub runs only while the main greenlet waits.
    run(crowd, lambda: gevent.spawn(wait), lambda _: gevent.sleep(0), release, __doc__)


if __name__ == "__main__":
    main()
