"""What a look at a service's process from outside says: the text that an engine's look gives."""

import re

from scenarios import procfs
from scenarios.evidence import Sample

PAGE = 4096
KIB = 1024
SECOND = 1_000_000_000  # in nanoseconds


def parse(moment: str, text: str) -> Sample | None:
    """The sample in the command's output; None when the process was gone."""
    descriptors = re.search(r"^descriptors (\d+)$", text, re.M)
    limits = re.search(r"^Max open files\s+(\d+)\s+(\d+)", text, re.M)
    stat = re.search(r"^stat ((?:\S+ ){21,}\S+)\n", text, re.M)  # the last line: whole only with its end
    tree = re.search(r"^tree (\d+) (\d+) (\d+) (\d+|-)$", text, re.M)
    if not (descriptors and limits and stat and tree):
        return None
    watched = re.search(r"^watched (\d+)$", text, re.M)
    clocks = re.search(r"^clocks (\d+) (\d+)$", text, re.M)
    ended = re.search(r"^ended (\d+)$", text, re.M)
    fields = stat[1].split()
    ticks = int(fields[procfs.USER_TIME]) + int(fields[procfs.SYSTEM_TIME])
    return Sample(
        moment=moment,
        descriptors=int(descriptors[1]),
        watched=int(watched[1]) if watched else None,
        nofile_soft=int(limits[1]),
        nofile_hard=int(limits[2]),
        resident=int(fields[procfs.RESIDENT]) * PAGE,
        cpu_seconds=(int(clocks[1]) if clocks else ticks * procfs.TICK) / SECOND,
        processes=int(tree[1]),
        threads=int(tree[2]),
        all_cpu_seconds=(int(clocks[2]) if clocks else int(tree[3]) * procfs.TICK) / SECOND,
        memory=None if tree[4] == "-" else int(tree[4]) * KIB,
        exact=bool(clocks),
        ended_threads=int(ended[1]) / SECOND if ended else None,
    )
