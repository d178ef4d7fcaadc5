"""A shell command that reads /proc of a process without children: the lab's probe is compared with it."""

from collections.abc import Sequence

# `ls -l` shows where descriptors lead; the epoll's fdinfo has a `tfd:` line for each descriptor that it watches.
SNAPSHOT = r"""
p=/proc/$1; cd "$p/fd" || exit 1
echo "descriptors $(ls | wc -l)"
sets=$(ls -l | grep -F 'anon_inode:[eventpoll]' | sed 's/ ->.*//; s/.* //')
echo "epoll_sets $(echo $sets | wc -w)"
echo "watched $(cd "$p/fdinfo"; cat /dev/null $sets | grep -c '^tfd:')"
echo "processes 1"
echo "threads $(ls "$p/task" | wc -l)"
echo "memory $(($(sed -n 's/^Pss_Anon: *//p' "$p/smaps_rollup" | sed 's/ kB//') * 1024))"
echo "exact 0"
spent() { shift $1; echo "$((($1 + $2) * 10000000)) $((($1 + $2 + $3 + $4) * 10000000))"; }
set -- $(spent 12 $(sed 's/.*) //' "$p/stat"))
echo "cpu_ns $1"
echo "all_cpu_ns $2"
set -- $(grep 'Max open files' "$p/limits")
echo "nofile_soft $4"
echo "nofile_hard $5"
echo "resident $(($(sed -n 's/^VmRSS:\s*//p' "$p/status" | sed 's/ kB//') * 1024))"
"""
# What may differ between two reads of a process that has just begun to wait: the shell's times are hundredths.
MARGINS = {"exact": 1, "cpu_ns": 20_000_000, "all_cpu_ns": 20_000_000, "resident": 2**20, "memory": 2**20}


def command(pid: int) -> Sequence[str]:
    """The command that prints the numbers of process `pid`."""
    return ("sh", "-c", SNAPSHOT, "snapshot", str(pid))


def numbers(printed: str) -> dict[str, int]:
    """The names and numbers in lines."""
    return {name: int(number) for name, number in map(str.split, printed.splitlines())}
