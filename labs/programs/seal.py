"""Support for programs that watch another one: the word with which the lab tells their reports from that one's lines.

It comes with the turn, and only the first who asks gets it: the watcher, before the watched program begins. Both are
one process, so a program that searches the memory of its own process can find the word; one that prints cannot.
"""

_given: list[str] = []


def give(*words: str) -> None:
    _given.extend(words)


def take() -> str | None:
    """The word, once; None afterwards, and where no lab gave one."""
    return _given.pop() if _given else None
