"""How a check judges which threads of a server woke while its clients sent."""

import pytest

from labs.wake_probe import CLIENTS, MESSAGES, Wakes

BUSY, ASLEEP = MESSAGES, 1


def test_each_client_is_served_by_a_thread_that_woke_for_its_messages() -> None:
    Wakes(CLIENTS, (BUSY,) * CLIENTS).check_each_client_is_served_by_its_own("thread")


def test_a_thread_that_slept_while_its_client_sent_did_not_serve_it() -> None:
    with pytest.raises(AssertionError, match=f"a thread for each .* and {CLIENTS - 1} of them slept"):
        found = Wakes(CLIENTS, (CLIENTS * BUSY, *(ASLEEP,) * (CLIENTS - 1)))
        found.check_each_client_is_served_by_its_own("thread")


def test_a_main_thread_that_woke_for_each_message_served_the_clients_itself() -> None:
    with pytest.raises(AssertionError, match=f"woke {CLIENTS * MESSAGES} times"):
        Wakes(CLIENTS * MESSAGES, (BUSY,) * CLIENTS).check_each_client_is_served_by_its_own("thread")


def test_one_thread_for_all_clients_is_too_few() -> None:
    with pytest.raises(AssertionError, match="there were 1 of them"):
        Wakes(CLIENTS, (CLIENTS * BUSY,)).check_each_client_is_served_by_its_own("thread")
