"""What each exercise is tried with, a module each: `exercise_010` and so on, with STARTER, WRONG and OTHERS."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Program:
    """A learner's program: the solution, of whose `file` the `right` words are replaced by `text`, or all of it.

    `what` is a sentence about it. Of one that is not right, `finding` is what a check of it must find, among others;
    what tells of it may exist `in_containers` alone, such as a limit of processes, or a network of one's own.
    """

    what: str
    file: str
    text: str
    right: str = ""
    finding: str = ""
    in_containers: bool = False
