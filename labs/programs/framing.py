"""Support for stream_*.py: the protocol of its clients and servers.

    client sends              server answers
    get SIZE                  the first SIZE bytes of what it has, or all
    put SIZE + SIZE bytes     SIZE and a line's end; after the bytes their SHA-256 in hexadecimal, and a line's end

SIZE has eight digits, so a request has twelve bytes, whatever follows it. Requests may follow one another.
"""

WORD, DIGITS = 4, 8
HEADER = WORD + DIGITS
GET, PUT = b"get ", b"put "


def request(word: bytes, size: int) -> bytes:
    """The twelve bytes of a request."""
    return word + b"%0*d" % (DIGITS, size)
