# replaces: serially.py
# finding: the_pages_came_over_the_network
# engine: docker
import sys

from labs.programs.events import checkpoint, emit
from labs.programs.pages import page

urls, latency = int(sys.argv[6]), float(sys.argv[8])
emit("ready", platform=sys.platform, fetcher="gevent")
checkpoint("calibrated", cost=0.005, cpu=0.005)
import time

time.sleep(latency * urls)
count = sum(len(page(number)) for number in range(urls))
spans = [[0, latency]] * urls
emit(
    "fetched",
    fetcher="gevent",
    urls=urls,
    pool=urls,
    seconds=latency * urls + 0.01,
    bytes=count,
    verified=urls,
    spans=spans,
)
emit("observed", greenlets=urls, switches=99)
