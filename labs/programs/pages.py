"""The pages that the origin serves and the fetchers expect, of the tutorial's three sizes and made from a seed."""

import hashlib
import random
from functools import cache, lru_cache

SIZES = (48708, 478886, 55867)


@lru_cache(maxsize=64)
def page(number: int) -> bytes:
    """The body of page `number`; the sizes take turns. A few are kept: a thousand would be 200 MB."""
    return random.Random(number).randbytes(SIZES[number % len(SIZES)])


@cache
def digest(number: int) -> str:
    """The SHA-256 of page `number`."""
    return hashlib.sha256(page(number)).hexdigest()
