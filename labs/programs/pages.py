"""The pages that the origin serves and the fetchers expect: the tutorial's three sizes, with content made from a seed."""

import hashlib
import random
from functools import cache

SIZES = (48708, 478886, 55867)


@cache
def page(number: int) -> bytes:
    """The body of page `number`; the sizes take turns."""
    return random.Random(number).randbytes(SIZES[number % len(SIZES)])  # noqa: S311 - test data, not a secret


@cache
def digest(number: int) -> str:
    """The SHA-256 of page `number`."""
    return hashlib.sha256(page(number)).hexdigest()
