"""A shell command that looks at a process through /proc: what the engines' own looks are compared with."""

from collections.abc import Sequence

# `ls -l` shows where descriptors lead; the epoll's fdinfo has a `tfd:` line for each descriptor that it watches.
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
