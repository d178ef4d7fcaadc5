"""What becomes of a client when a server takes TCP for a sequence of messages. Pure.

TCP is a stream of bytes (RFC 9293, 3.4): a segment may end anywhere, or hold several requests. The consequences:

- recv(2) gives what has come, so a request in pieces is an unknown word, and of two together the second is lost with
  what was read; a body that came with its request is lost too.
- A size that nothing ends runs on into the body: `int` of both raises, or, of digits before digits, is a number.
- send(2) on a non-blocking socket takes what there is room for and says how much; the rest is the caller's.
- recv(2) of a half-closed connection is ready for ever, with nothing: a level-triggered loop never waits.
- recv(2) of a connection that was reset raises ECONNRESET, once.
"""

SERVED = "served"
# The songs of labs/programs/songs.py: of five bytes, `2024` and a line's end, behind a size that nothing ends.
SIZE_OF_DIGITS = int("5" + "2024\n")
MISTAKES = {
    "request in pieces": "closed",
    "request with its body": "no answer",
    "two requests together": "cut short",
    "size before words": "ValueError",
    "size before digits": f"size {SIZE_OF_DIGITS}",
    "slow reader": "cut short",
    "half close": "never ended",
    "reset": "server gone",
}
RESET = ("ConnectionResetError", "[Errno 104] Connection reset by peer")
# The share of a processor that a loop takes that never waits, at least, however many others want it; and what one
# takes that waits, in seconds: the clock that counts it goes in steps of 10 ms.
SPINS = 0.05
STEPS_OF_THE_CLOCK = 0.03
