"""What a look at a service's process from outside says: the text that an engine's look gives."""

import re

from scenarios import procfs
from scenarios.evidence import Sample

CLOCK_TICKS = (
    100  # USER_HZ, the unit of /proc/PID/stat's times: 100 on every Linux architecture that Python has wheels for
)
PAGE = 4096
KIB = 1024


def parse(moment: str, text: str) -> Sample | None:
    """The sample in the command's output; None when the process was gone."""
    descriptors = re.search(r"^descriptors (\d+)$", text, re.M)
    limits = re.search(r"^Max open files\s+(\d+)\s+(\d+)", text, re.M)
    stat = re.search(r"^stat ((?:\S+ ){21,}\S+)\n", text, re.M)  # the last line: whole only with its end
    tree = re.search(r"^tree (\d+) (\d+) (\d+) (\d+|-)$", text, re.M)
    if not (descriptors and limits and stat and tree):
        return None
    watched = re.search(r"^watched (\d+)$", text, re.M)
    fields = stat[1].split()
    return Sample(
        moment=moment,
        descriptors=int(descriptors[1]),
        watched=int(watched[1]) if watched else None,
        nofile_soft=int(limits[1]),
        nofile_hard=int(limits[2]),
        resident=int(fields[procfs.RESIDENT]) * PAGE,
        cpu_seconds=(int(fields[procfs.USER_TIME]) + int(fields[procfs.SYSTEM_TIME])) / CLOCK_TICKS,
        processes=int(tree[1]),
        threads=int(tree[2]),
        all_cpu_seconds=int(tree[3]) / CLOCK_TICKS,
        memory=None if tree[4] == "-" else int(tree[4]) * KIB,
    )
