"""The wire format: any way in which TCP may cut requests up parses to the same."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.programs.protocol import LONGEST_LINE, PIECE, Get, Put, RequestParser, Wrong, payload, pieces

# A body may begin with digits, or look like a request.
BODIES = st.one_of(st.binary(max_size=200), st.sampled_from([b"123\n", b"get\n", b"put 5\n", b"0", b""]))
REQUESTS = st.lists(st.one_of(st.none(), BODIES), max_size=6)


def wire(requests: list[bytes | None]) -> bytes:
    """The bytes of gets (None) and puts (their body)."""
    return b"".join(b"get\n" if body is None else b"put %d\n" % len(body) + body for body in requests)


def parsed(data: bytes, cuts: list[int]) -> tuple[list[Get | Put | Wrong], bytes]:
    """What the parser makes of `data` cut at `cuts`: the requests, and all bodies in a row."""
    parser, requests, bodies = RequestParser(), list[Get | Put | Wrong](), b""
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for begin, end in zip(edges, edges[1:], strict=False):  # noqa: RUF007 - pairs of edges
        for item in parser.feed(data[begin:end]):
            if isinstance(item, memoryview):
                bodies += item
            else:
                requests.append(item)
    return requests, bodies


@given(REQUESTS, st.lists(st.integers(0, 1000), max_size=30))
def test_any_split_of_any_sequence_of_requests_parses_to_the_same(
    requests: list[bytes | None], cuts: list[int]
) -> None:
    expected = [Get() if body is None else Put(len(body), hashlib.sha256(body).hexdigest()) for body in requests]
    assert parsed(wire(requests), cuts) == (expected, b"".join(body or b"" for body in requests))


@given(REQUESTS)
def test_byte_by_byte_is_no_different(requests: list[bytes | None]) -> None:
    data = wire(requests)
    assert parsed(data, list(range(len(data)))) == parsed(data, [])


@pytest.mark.parametrize(
    "line", [b"put", b"put ", b"put x", b"put -1", b"put 1 2", b"GET", b"gets", b"", b"put \xd9\xa5"]
)
def test_a_line_that_is_no_request_is_wrong(line: bytes) -> None:
    requests, _ = parsed(line + b"\n", [])
    assert [type(one) for one in requests] == [Wrong]


@given(st.integers(1, 300), st.lists(st.integers(0, 300), max_size=5))
def test_a_line_without_end_is_wrong_once_it_is_too_long(length: int, cuts: list[int]) -> None:
    requests, _ = parsed(b"x" * length, cuts)
    assert bool(requests) == (length > LONGEST_LINE)


def test_the_parser_keeps_nothing_of_a_body() -> None:
    parser = RequestParser()
    list(parser.feed(b"put 1000000\n" + b"a" * 500000))
    assert len(parser._line) == 0
    assert parser._left == 500000


@given(st.integers(0, 100), st.integers(0, 5000))
def test_a_payload_depends_on_its_seed_and_size_alone(seed: int, size: int) -> None:
    first = bytes(payload(seed, size))
    payload(seed + 1, size)
    assert payload(seed, size) == first
    assert len(first) == size


def test_payloads_of_other_seeds_differ() -> None:
    assert payload(1, 64) != payload(2, 64)


def test_a_payload_is_the_same_on_every_platform() -> None:
    assert hashlib.sha256(payload(1, 65536)).hexdigest().startswith("443ac7e9c84a1da08bb01d409c33d6b0")


@given(st.integers(0, 100), st.integers(0, 200_000))
def test_pieces_make_up_the_payload_and_take_no_memory_of_their_own(seed: int, size: int) -> None:
    assert b"".join(pieces(seed, size)) == payload(seed, size)
    assert len({id(piece.obj) for piece in pieces(seed, size)}) <= 1


@given(st.integers(0, 20_000), st.integers(1, 20_000), st.integers(1, 4))
def test_payloads_of_other_seeds_differ_wherever_one_looks(seed: int, more: int, count: int) -> None:
    one, other = payload(seed, count * PIECE), payload(seed + more, count * PIECE)
    for begin in range(0, len(one), 256):
        assert one[begin : begin + 256] != other[begin : begin + 256]
