"""What the clients and servers of streams say to each other.

    client sends              server answers
    get SIZE                  the first SIZE bytes of what it has, or all
    put SIZE + SIZE bytes     SIZE and a line's end; after the bytes their SHA-256 in hexadecimal, and a line's end

SIZE has eight digits, so a request has twelve bytes, whatever comes behind it. Requests may follow one another.
"""

WORD, DIGITS = 4, 8
HEADER = WORD + DIGITS
GET, PUT = b"get ", b"put "


def request(word: bytes, size: int) -> bytes:
    """The twelve bytes."""
    return word + b"%0*d" % (DIGITS, size)
