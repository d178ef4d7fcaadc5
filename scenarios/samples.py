"""Looking at a service's process from outside: one shell command that reads /proc, and what its text says."""

import re
from collections.abc import Sequence

from scenarios.evidence import Sample

CLOCK_TICKS = (
    100  # USER_HZ, the unit of /proc/PID/stat's times: 100 on every Linux architecture that Python has wheels for
)
PAGE = 4096

# One command, since each one costs an exec. `ls -l` shows where descriptors lead; the epoll's fdinfo has a `tfd:` line
# for each watched one.
LOOK = r"""
p=/proc/$1; cd "$p/fd" || exit 1
echo "descriptors $(ls | wc -l)"
for fd in $(ls -l | grep -F 'anon_inode:[eventpoll]' | sed 's/ ->.*//; s/.* //'); do
  echo "watched $(grep -c '^tfd:' "$p/fdinfo/$fd")"
done
grep 'Max open files' "$p/limits"
echo "stat $(sed 's/.*) //' "$p/stat")"
"""


def command(pid: int) -> Sequence[str]:
    """The command that prints a look at process `pid`."""
    return ("sh", "-c", LOOK, "look", str(pid))


def parse(moment: str, text: str) -> Sample | None:
    """The sample in the command's output; None when the process was gone."""
    descriptors = re.search(r"^descriptors (\d+)$", text, re.M)
    limits = re.search(r"^Max open files\s+(\d+)\s+(\d+)", text, re.M)
    stat = re.search(r"^stat ((?:\S+ ){21,}\S+)\n", text, re.M)  # the last line: whole only with its end
    if not (descriptors and limits and stat):
        return None
    watched = re.search(r"^watched (\d+)$", text, re.M)
    # The fields follow the command's name: state is field 3, so utime (14), stime (15) and rss (24) stand at 11, 12 and
    # 21.
    fields = stat[1].split()
    return Sample(
        moment=moment,
        descriptors=int(descriptors[1]),
        watched=int(watched[1]) if watched else None,
        nofile_soft=int(limits[1]),
        nofile_hard=int(limits[2]),
        resident=int(fields[21]) * PAGE,
        cpu_seconds=(int(fields[11]) + int(fields[12])) / CLOCK_TICKS,
    )
