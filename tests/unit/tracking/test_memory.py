"""What the redirect caches, and what it drops first."""

from signpost.tracking.redirect.destinations import Destination
from signpost.tracking.redirect.memory import MOST, Entry, Memory

LINK = Destination("42", "https://e.com/", {}, forward_query=False, expires_at=None, limit=None)


def link(number: int) -> Entry:
    return Entry(LINK, number, number)


def nothing(number: int) -> Entry:
    return Entry(None, number, number)


def test_the_least_recently_used_link_goes_first() -> None:
    memory = Memory()
    for number in range(MOST):
        memory.put(str(number), link(number))
    memory.get("0")

    memory.put("new", link(0))

    assert memory.get("0") == link(0)
    assert memory.get("1") is None
    assert memory.get("2") == link(2)


def test_keys_that_lead_nowhere_are_bounded_and_push_out_no_link() -> None:
    memory = Memory()
    memory.put("link", link(0))

    for number in range(2 * MOST + 1):
        memory.put(f"made-up-{number}", nothing(number))

    assert memory.get("link") == link(0)
    assert sum(memory.get(f"made-up-{number}") is not None for number in range(2 * MOST + 1)) == MOST


def test_a_key_is_either_a_link_or_nothing() -> None:
    memory = Memory()
    for entry in (link(1), nothing(2), link(3)):
        memory.put("key", entry)

        assert memory.get("key") == entry
