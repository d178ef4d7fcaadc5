"""Parameters and wrong programs with which soft_limit is tested."""

from tests.mutants import Drawn, Mutant

SCENARIO, PROGRAM = "soft-limit", "demos.soft_limit"
DRAWN: Drawn = {SCENARIO: {"soft": ("16", "64", "1000"), "hard": ("1000", "5000")}}
PRINTS = '''"""Prints all that a right program prints, and opens nothing."""
import sys
from labs.programs.events import checkpoint
checkpoint("ready", platform=sys.platform)
checkpoint("full", error="[Errno 24] Too many open files")
checkpoint("lifted", error="[Errno 24] Too many open files")
checkpoint("refused", error="current limit exceeds maximum limit")
'''
# Written from the catalog alone, like the one that prints.
LIFTS_FIRST = '''"""Lifts its limit before it opens anything."""
import os, resource, sys
from labs.programs.events import checkpoint
checkpoint("ready", platform=sys.platform)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
mine = [os.dup(0) for _ in range(soft - 3)]
checkpoint("full", error="[Errno 24] Too many open files")
mine += [os.dup(0) for _ in range(hard - soft)]
checkpoint("lifted", error="[Errno 24] Too many open files")
checkpoint("refused", error="current limit exceeds maximum limit")
'''
MUTANTS = (
    Mutant("it only prints", SCENARIO, PROGRAM, PRINTS),
    Mutant("it lifts the limit before it is full", SCENARIO, PROGRAM, LIFTS_FIRST),
    Mutant("it never lifts the limit", SCENARIO, PROGRAM, "(resource.getrlimit(LIMIT)[0], hard)", "(hard, hard)"),
    Mutant("it lowers the hard limit", SCENARIO, PROGRAM, "(hard - 1, hard - 1)", "(hard, hard)"),
    Mutant("it closes a copy before the lab looks", SCENARIO, PROGRAM, "os.close(9); return str", "return str"),
    Mutant("it lifts the limit only half of the way", SCENARIO, PROGRAM, "(hard // 2, hard)", "(hard, hard)"),
)
