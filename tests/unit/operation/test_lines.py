"""Lines of the log, as they are shown, and those that clients send."""

import json

import pytest

from signpost.operation.lines import Event, client_line, lines
from signpost.platform.errors import InvalidField, InvalidInput


def event(at: float, **fields: object) -> Event:
    return Event(at, "MediaFetch", json.dumps(fields))


def test_the_newest_lines_come_first_and_metrics_are_not_lines() -> None:
    found = lines(
        [
            event(
                1, level="INFO", message="fetch ended", install="x", service="media_fetch", delay=0, correlation_id="r"
            ),
            event(3, level="WARNING", message="fetch put off", reason="Throttled: later"),
            event(2, _aws={}, Fetches=1),
            Event(4, "MediaFetch", "Task timed out after 3.00 seconds\n"),
            event(0, level="INFO", message="older"),
        ],
        3,
    )

    assert [(each.level, each.sentence) for each in found] == [
        ("INFO", "Task timed out after 3.00 seconds"),
        ("WARNING", "fetch put off: Throttled: later"),
        ("INFO", "fetch ended: install x, delay 0"),
    ]
    assert found[2].details == {"install": "x", "delay": 0, "correlation_id": "r"}


@pytest.mark.parametrize("level", [7, None, "<script>", "SEVERE"])
def test_an_unknown_level_counts_as_info(level: object) -> None:
    (line,) = lines([event(1, level=level, message="x")], 1)

    assert line.level == "INFO"


def test_json_that_is_not_a_line_is_shown_as_it_is() -> None:
    assert [each.text for each in lines([Event(1, "f", "[1]"), Event(0, "f", '{"a": 1}')], 9)] == ["[1]", '{"a": 1}']


def test_a_clients_line_stays_one_line() -> None:
    assert client_line('{"a": "b"}\n{"level": "ERROR"}\x1b[2J\u2028') == '{"a": "b"}\\n{"level": "ERROR"}\\u001b[2J'
    assert client_line(" caf\u00e9 ") == "caf\\u00e9"
    with pytest.raises(InvalidInput):
        client_line(" \n")
    with pytest.raises(InvalidField):
        client_line("\u00e9" * 2049)
