"""The counter of the programs that lose updates: its history."""

import pytest

from labs.programs.demos.counting import Counter


def test_every_update_is_in_the_history() -> None:
    counter = Counter()
    for _ in range(3):
        counter.value += 1
    assert counter.value == 3
    assert counter.history() == {"writes": 3, "values": 3, "unfounded": 0}


@pytest.mark.parametrize(
    ("written", "history"),
    [
        ((1, 1, 2), {"writes": 3, "values": 2, "unfounded": 0}),
        ((1200,), {"writes": 1, "values": 1, "unfounded": 1}),
        ((), {"writes": 0, "values": 0, "unfounded": 0}),
    ],
)
def test_a_lost_update_is_written_and_a_number_that_nobody_read_is_unfounded(
    written: tuple[int, ...], history: dict[str, int]
) -> None:
    counter = Counter()
    for value in written:
        counter.value = value
    assert counter.history() == history
