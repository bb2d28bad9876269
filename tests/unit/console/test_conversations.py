"""Conversations in numbers, as the console shows them."""

from datetime import date, timedelta
from itertools import starmap

from signpost.console.conversations import views
from signpost.messaging.counts import Counts, Day, last_days

NOON = 1_795_348_800.0  # 22 November 2026, 12:00 UTC
TODAY = date(2026, 11, 22)


def days() -> list[Day]:
    """Of each, one message more than of the day before; a user and a conversation every day."""
    first = TODAY - timedelta(days=views.DAYS - 1)
    made = [(first + timedelta(days=number), Counts(1, 1, number, 0, 2 * number), 3) for number in range(views.DAYS)]
    return list(starmap(Day, made))


def test_the_last_days_end_with_today_in_utc() -> None:
    assert last_days(2, NOON) == [TODAY - timedelta(days=1), TODAY]


def test_tiles_have_all_that_there_is_and_what_is_new() -> None:
    tiles = views.tiles(Counts(users=1204, conversations=80, messages=9000), days())

    assert (tiles.users, tiles.users_note) == ("1,204", "7 new in 7 days")
    assert (tiles.conversations, tiles.conversations_note) == ("80", "7 new in 7 days")
    assert (tiles.messages, tiles.messages_note) == ("29", "9,000 in all")
    assert (tiles.active, tiles.active_note) == ("3", "3 yesterday")


def test_the_chart_has_every_day_and_its_table_begins_with_the_newest() -> None:
    assert views.chart(days()).count("messages") >= views.DAYS - 2
    rows = views.table(days())
    assert len(rows) == views.DAYS
    assert rows[0] == ("Sun 22 Nov", "29", "58", "3")
