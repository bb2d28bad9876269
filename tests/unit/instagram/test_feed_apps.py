from signpost.instagram.feed.apps import MAX_AGE, Remembered


def test_a_value_is_remembered_for_a_minute_and_nothing_is_not() -> None:
    now, values = [100.0], iter([None, "first", "second", "third"])
    remembered: Remembered[str] = Remembered(lambda: now[0])

    def get() -> str | None:
        return remembered.get("key", lambda: next(values))

    assert [get(), get(), get()] == [None, "first", "first"]
    now[0] += MAX_AGE
    assert get() == "second"
    remembered.forget("key")
    assert get() == "third"


def test_memory_has_an_end() -> None:
    remembered: Remembered[int] = Remembered(lambda: 0.0)

    for number in range(5000):
        assert remembered.get(number, lambda number=number: number) == number  # type: ignore[misc]

    assert len(remembered._values) <= 2000
