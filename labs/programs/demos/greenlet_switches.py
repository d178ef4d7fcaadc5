"""Support for greenlet_trace: what greenlets do, by greenlet's own trace, CPython's audit events and stdout."""

import sys
import time
from _thread import get_ident  # before a program may patch it: the id of a thread, not of a greenlet
from collections import Counter

import greenlet

from labs.programs import seal
from labs.programs.demos.greenlet_frames import depth, generators, socket_of
from labs.programs.demos.watching import report

MOST_LINES = 3000
# A greenlet with a socket that has been resumed so often has served it, and not only been started beside it.
SERVING = 3


class Switches:
    """Counts the switches that greenlet itself reports, and the greenlets that took part in them.

    Greenlets have numbers; 0 is the main one, -1 stands for another thread. `lines` has for each line of free text the
    greenlet that printed it, how many generators stood in each other there, the greenlet that had switched to it, and
    how many calls stood in each other. `slept` has for each call of time.sleep the greenlet that it blocked, and the
    seconds. `connects` has for each socket of this thread that connected the greenlet that did it; `resumed` counts
    those of these greenlets that switched away and were resumed. `ended` are the greenlets that have ended, and
    `patched` the modules that gevent has patched.
    """

    def __init__(self) -> None:
        self.main, self.thread, self.seal = greenlet.getcurrent(), get_ident(), seal.take()
        self.count = self.reported = self.elsewhere = 0
        self.next = 64  # switches until the next report
        self.resumes: Counter[int] = Counter()
        # The most greenlets that held a socket, or served it, at a report: later ones find that clients have left.
        self.holding = self.serving = 0
        # The greenlets themselves: a new greenlet may get the id of one that is gone. Each has its number.
        self.seen: dict[greenlet.greenlet, int] = {self.main: 0}
        self.connecting: set[object] = set()
        self.lines: list[tuple[int, int, int, int]] = []
        self.resumed_by: dict[int, int] = {}
        self.slept: list[tuple[int, float]] = []
        self.connects: list[int] = []
        self.asked: set[int] = set()
        self.begun = ""
        self.print, self.sleep = sys.stdout.write, time.sleep

    def __call__(self, _event: str, between: tuple[greenlet.greenlet, greenlet.greenlet]) -> None:
        """`between` is the greenlet that switches, and the one that it switches to."""
        self.count += 1
        origin, target = (self.seen.setdefault(one, len(self.seen)) for one in between)
        self.resumed_by[target] = origin
        self.resumes[target] += 1
        # A server does not end by itself, so it is reported on the way: each time the greenlets or the switches have
        # doubled, since a line for each of them would be too many.
        if len(self.seen) - 1 > 2 * self.reported or self.count >= self.next:
            self.next = max(self.next, 2 * self.count)
            self.report()

    def on_audit(self, event: str, arguments: tuple[object, ...]) -> None:
        """An audit hook of CPython: notes which greenlets, or asyncio's tasks, connect sockets, or other threads."""
        # The proactor loop of Windows connects without an event of its own, but its task makes the socket.
        if event not in {"socket.connect", "socket.__new__"}:
            return
        if get_ident() != self.thread:
            self.elsewhere += event == "socket.connect"
            return
        self.note(event, id(arguments[0]))
        asyncio = sys.modules.get("asyncio")
        task = asyncio.current_task() if asyncio and asyncio._get_running_loop() else None
        if task or greenlet.getcurrent() is not self.main:
            self.connecting.add(task or greenlet.getcurrent())

    def note(self, event: str, sock: int) -> None:
        """Notes which greenlet connects a socket. gevent calls connect again for the same one until it is connected."""
        if event == "socket.__new__":
            self.asked.discard(sock)
        elif sock not in self.asked and len(self.connects) < MOST_LINES:
            self.asked.add(sock)
            self.connects.append(self.current())

    def on_write(self, text: str) -> int:
        """Takes the place of stdout's `write`."""
        # print() writes a line in pieces: its arguments, what separates them, and its end.
        *ended, self.begun = (self.begun + text).split("\n")
        free = [one for one in ended if one.strip() and not one.startswith("{")]
        if free and len(self.lines) < MOST_LINES:
            frame, now = sys._getframe(1), self.current()
            line = (now, generators(frame), self.resumed_by.get(now, -1), depth(frame))
            self.lines += [line] * len(free)
        return self.print(text)

    def on_sleep(self, seconds: float) -> None:
        """Takes the place of time.sleep, unless gevent patches it."""
        if len(self.slept) < MOST_LINES:
            self.slept.append((self.current(), seconds))
        self.sleep(seconds)

    def current(self) -> int:
        """The number of the greenlet that runs."""
        return self.seen.setdefault(greenlet.getcurrent(), len(self.seen)) if get_ident() == self.thread else -1

    def report(self) -> None:
        self.reported = len(self.seen) - 1
        counts = {"switches": self.count, "greenlets": self.reported, "connecting": len(self.connecting)}
        held = {number: sock for one, number in self.seen.items() if (sock := socket_of(one)) is not None}
        serving = {sock for number, sock in held.items() if self.resumes[number] >= SERVING}
        self.holding, self.serving = max(self.holding, len(set(held.values()))), max(self.serving, len(serving))
        counts |= {"elsewhere": self.elsewhere, "holding": self.holding, "serving": self.serving}
        gevent, monkey = sys.modules.get("gevent.hub"), sys.modules.get("gevent.monkey")
        hubs = [number for one, number in self.seen.items() if gevent and type(one) is gevent.Hub]
        counts["resumed"] = sum(self.resumes[number] > 1 for number in set(self.connects) if number > 0)
        details = {"hubs": hubs, "lines": self.lines, "connects": self.connects, "slept": self.slept}
        details["ended"] = [number for one, number in self.seen.items() if one.dead]
        details["patched"] = sorted(monkey.saved) if monkey else []
        report(self.seal, **counts, **details)
