"""Support for learners' files from before: the former name of `instrumented`."""

from labs.programs.demos.instrumented import Ring, WatchedCounter, WatchedLock

__all__ = ["Ring", "WatchedCounter", "WatchedLock"]
