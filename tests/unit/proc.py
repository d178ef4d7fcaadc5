"""A shell command that looks at a process without children through /proc: engines' own looks are compared with it."""

from collections.abc import Sequence

# `ls -l` shows where descriptors lead; the epoll's fdinfo has a `tfd:` line for each descriptor that it watches.
LOOK = r"""
p=/proc/$1; cd "$p/fd" || exit 1
echo "descriptors $(ls | wc -l)"
for fd in $(ls -l | grep -F 'anon_inode:[eventpoll]' | sed 's/ ->.*//; s/.* //'); do
  echo "watched $(grep -c '^tfd:' "$p/fdinfo/$fd")"
done
counted() { echo $((${12} + ${13} + ${14} + ${15})); }
ticks=$(counted $(sed 's/.*) //' "$p/stat"))
echo "tree 1 $(ls "$p/task" | wc -l) $ticks $(sed -n 's/^Pss_Anon: *//p' "$p/smaps_rollup" | sed 's/ kB//')"
grep 'Max open files' "$p/limits"
echo "stat $(sed 's/.*) //' "$p/stat")"
"""


def command(pid: int) -> Sequence[str]:
    """The command that prints a look at process `pid`."""
    return ("sh", "-c", LOOK, "look", str(pid))
