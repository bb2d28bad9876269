"""Which of the functions' log lines a terminal shows."""

import pytest

from local.demo.terminal import readable


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            '[MediaFetch] {"level":"INFO","location":"a","message":"fetch ended","service":"fetch","result":"done"}',
            "[MediaFetch] INFO fetch ended result=done",
        ),
        (
            '[TrackRedirect] {"message":"click spilled","_aws":{"Timestamp":1},"reason":"NoAnswer"}',
            "[TrackRedirect] click spilled reason=NoAnswer",
        ),
        ('[InstagramConnect] {"_aws":{"Timestamp":1},"service":"instagram_connect","AccountsConnected":[1.0]}', None),
        ("[Function] Traceback (most recent call last):", "[Function] Traceback (most recent call last):"),
        ("[Function] {not JSON", "[Function] {not JSON"),
        ("Tidy ran in 0.1 s", "Tidy ran in 0.1 s"),
    ],
)
def test_a_line_is_as_short_as_a_person_needs_it(line: str, shown: str | None) -> None:
    assert readable(line) == shown
