"""Support for fetch_*.py and servers.origin: the pages, of the tutorial's three sizes, each made from its number."""

import hashlib
import random
from functools import cache, lru_cache

SIZES = (48708, 478886, 55867)


@lru_cache(maxsize=64)
def page(number: int) -> bytes:
    """The body of page `number`; the sizes alternate. Only a few are cached: a thousand would be 200 MB."""
    return random.Random(number).randbytes(SIZES[number % len(SIZES)])


@cache
def digest(number: int) -> str:
    return hashlib.sha256(page(number)).hexdigest()
