"""One lock more: only the thread that holds it may take locks of the ring."""

import threading

from labs.programs.arguments import options_of
from labs.programs.demos.instrumented import Ring
from labs.programs.events import emit

table = threading.Lock()


def take_both(left, right, done):
    with table, left, right:
        done.append(threading.current_thread().name)


def main():
    parser = options_of(__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--order")
    count = parser.parse_args().threads
    locks, done = Ring(count).locks, []
    threads = [
        threading.Thread(target=take_both, args=(left, right, done))
        for left, right in zip(locks, [*locks[1:], locks[0]], strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    emit("ready", platform="linux", finished=len(done))
    threading.Event().wait()


main()
