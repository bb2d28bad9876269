import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.analytics.gathering import snapshot
from signpost.analytics.packed import pack
from signpost.analytics.reports import memory, query, registry, replies
from signpost.analytics.reports.posts import COLUMNS
from signpost.analytics.reports.query import Query
from signpost.analytics.reports.registry import BY_NAME
from signpost.analytics.reports.result import Missing, Result, Scope
from signpost.platform import csv_text
from signpost.platform.errors import InvalidField
from tests.unit.analytics.accounts import NORA, NOW, POSTS, at, gathered

SNAPSHOT = snapshot(gathered())
CALL = replies.Call("https://x.example/reports/99/top-posts?access_token=secret&limit=2", NOW, 12.4, 3.0)
QUERY = Query(2, 1, ZoneInfo("UTC"), None, None, "json")


def run(name: str) -> Result:
    return BY_NAME[name].run(Scope(SNAPSHOT, ZoneInfo("UTC")))


def sheet(name: str, asked: Query = QUERY) -> list[list[object]]:
    found = run(name)
    assert not isinstance(found, Missing)
    return [list(row) for row in replies.sheet(found, asked)]


def test_a_table_as_json() -> None:
    body = replies.reply(BY_NAME["top-posts"], run("top-posts"), QUERY, SNAPSHOT.at, CALL)

    header = body["response"].pop("report-header")
    rows = body["response"].pop("report-body")["rows"]
    assert body == {
        "status": 200,
        "request": {
            "limit": 2,
            "skip": 1,
            "time": "2026-11-21T12:00:00.000000Z",
            "url": "https://x.example/reports/99/top-posts?limit=2",
        },
        "response": {"report-status": 200, "title": "top-posts", "kind": "Posts"},
    }
    assert header == {
        "load-time": "12ms",
        "computed-time": "3ms",
        "row-count": 2,
        "item-count": 4,
        "snapshot-at": "2026-11-21T12:00:00.000000Z",
    }
    assert [(row["row"], row["id"], row["likerscount"]) for row in rows] == [(1, "p4", 20), (2, "p1", 10)]
    assert rows[0]["tags"] == ("rye",)


def test_a_matrix_as_json_has_no_pages() -> None:
    body = replies.reply(BY_NAME["best-time"], run("best-time"), QUERY, SNAPSHOT.at, CALL)

    assert body["request"].keys() == {"time", "url"}
    assert body["response"]["report-header"]["item-count"] == 4
    found = body["response"]["report-body"]
    assert (len(found["matrix"]), found["counts"][1][8], found["summary"]) == (7, 1, {"mean": 18.5, "posts": 4})


def test_missing_data_is_named_with_how_to_supply_it() -> None:
    body = replies.reply(BY_NAME["top-likers"], run("top-likers"), QUERY, SNAPSHOT.at, CALL)

    assert body["status"] == 200
    assert body["response"] == {
        "report-status": 541,
        "title": "top-likers",
        "kind": "People",
        "missing": ["likers"],
        "supply": {
            "likers": "Instagram no longer says who likes a post, neither to apps nor in a copy of your information."
        },
    }


def test_what_numbers_are_based_on_and_what_some_rows_would_have_come_from() -> None:
    boosters = replies.reply(BY_NAME["booster-followers"], run("booster-followers"), QUERY, SNAPSHOT.at, CALL)
    audience = BY_NAME["audience"].run(Scope(snapshot(gathered(demographics={"age": {"18-24": 1}})), ZoneInfo("UTC")))
    body = replies.reply(BY_NAME["audience"], audience, QUERY, SNAPSHOT.at, CALL)

    assert boosters["response"]["report-header"]["based_on"] == ["comments"]
    assert body["response"]["report-header"]["missing"] == ["country", "city", "gender"]


def test_a_first_sync_that_goes_on() -> None:
    body = replies.waiting("99", {"phase": "media", "done": 5, "total": 9}, QUERY, CALL)

    assert body["response"]["report-status"] == 542
    assert body["response"]["progress"]["done"] == 5
    assert "secret" not in json.dumps(body)


def test_csv_has_the_rows_that_json_has() -> None:
    assert sheet("top-posts")[1][:6] == [1, "p4", POSTS[3].created, "4.jpg", 20, 0]
    assert sheet("top-posts", QUERY._replace(skip=3))[1][4] == ""  # hidden likes
    assert sheet("top-posts", QUERY._replace(skip=9)) == [["row", *COLUMNS]]
    assert sheet("top-comments", QUERY._replace(skip=0))[1][7] == "bread rye"
    assert sheet("when-posting")[9] == ["Sunday", 8, "1.000", 2]
    assert len(sheet("best-time")) == 1 + 7 * 24


def test_a_caption_is_no_formula_in_a_spreadsheet() -> None:
    posts = [POSTS[0]._replace(caption="=1+1")]
    found = BY_NAME["top-posts"].run(Scope(snapshot(gathered(posts=posts)), ZoneInfo("UTC")))
    assert not isinstance(found, Missing)

    assert ",'=1+1," in csv_text.lines(replies.sheet(found, QUERY._replace(skip=0)))


@given(st.integers(0, 6), st.integers(1, 6))
def test_pages_are_cuts_of_the_whole(skip: int, limit: int) -> None:
    whole = sheet("top-posts", QUERY._replace(skip=0, limit=1000))[1:]

    assert sheet("top-posts", QUERY._replace(skip=skip, limit=limit))[1:] == whole[skip : skip + limit]


@pytest.mark.parametrize("report", registry.REPORTS, ids=lambda report: report.name)
def test_every_report_is_json_and_every_list_names_it(report: registry.Report) -> None:
    body = replies.reply(report, run(report.name), QUERY, SNAPSHOT.at, CALL)

    assert json.loads(json.dumps(body, allow_nan=False))["response"]["title"] == report.name
    listed = registry.listing()
    row = registry.REPORTS.index(report)
    assert listed[row] == {"row": row, "type": report.kind, "report-name": report.name}


# -------------------------------------------------------------------------------------------------------------- query
def test_without_parameters_a_thousand_rows_in_the_members_zone() -> None:
    assert query.parse({}, "Europe/Berlin") == Query(1000, 0, ZoneInfo("Europe/Berlin"), None, None, "json")
    assert query.parse({}, None).zone.key == "UTC"
    assert query.parse({"limit": "7", "skip": "14"}, None)[:2] == (7, 14)


def test_days_are_those_of_the_zone_and_both_included() -> None:
    asked = query.parse({"from": "2026-03-29", "to": "2026-03-29", "tz": "Europe/Berlin", "format": "csv"}, None)

    assert (asked.start, asked.end) == (at("2026-03-28T23:00"), at("2026-03-29T22:00"))  # a day of 23 hours
    assert asked.format == "csv"


def test_moments_say_their_own_zone_or_have_the_queries() -> None:
    asked = query.parse({"from": "2026-11-20T07:00:00Z", "to": "2026-11-21T09:00:00", "tz": "Asia/Tokyo"}, None)

    assert (asked.start, asked.end) == (at("2026-11-20T07:00"), at("2026-11-21T00:00"))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"limit": "0"}, "limit: use a whole number from 1 to 10000"),
        ({"limit": "10001"}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"skip": "-1"}, "skip"),
        ({"skip": "1.5"}, "skip"),
        ({"skip": "٣"}, "skip"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": "../../etc/passwd"}, "tz"),
        ({"from": "yesterday"}, "from: use a day"),
        ({"from": "2026-13-01"}, "from: use a day"),
        ({"to": "9999-12-31"}, "to: use a day"),
        ({"from": "2026-11-21", "to": "2026-11-20"}, "from: must be before"),
        ({"format": "xml"}, "format: use json, csv or html"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(parameters: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidField, match=message):
        query.parse(parameters, None)


# ------------------------------------------------------------------------------------------------------------- memory
def test_a_snapshot_is_read_and_a_report_worked_out_once() -> None:
    # Given a memory and a count of what is read
    reads: list[str] = []
    now = [NOW]
    kept = memory.Memory(lambda: now[0])

    def read() -> bytes:
        reads.append("read")
        return pack(SNAPSHOT)

    # When the same report is asked for twice, page by page
    results = [
        kept.desk("99", "1", read).result(BY_NAME["top-posts"], QUERY._replace(skip=skip), {}) for skip in (0, 2)
    ]

    # Then nothing is done twice, until there is a newer snapshot, another range, or time has passed
    assert results[0] is results[1]
    assert reads == ["read"]
    other = kept.desk("99", "1", read).result(BY_NAME["top-posts"], QUERY._replace(start=NOW), {})
    assert other is not results[0]
    kept.desk("99", "2", read)
    now[0] += 301
    kept.desk("99", "1", read)
    assert reads == ["read"] * 3


def test_members_do_not_share_snapshots() -> None:
    kept = memory.Memory(lambda: NOW)
    kept.desk("99", "1", lambda: pack(SNAPSHOT))
    theirs = snapshot(gathered(account=NORA._replace(id="98")))

    assert kept.desk("98", "1", lambda: pack(theirs)).snapshot.account.id == "98"
