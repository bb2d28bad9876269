"""Every shape in which Instagram has written the lists."""

import codecs
import io
import json
from typing import Any

import pytest

from signpost.analytics.export.names import Kind
from signpost.analytics.export.reading import ExportReading, Understood, read_export
from signpost.analytics.export.relations import Relation, profile, relation, username
from signpost.analytics.export.texts import decoded, mended
from tests import exports
from tests.exports import FOLDER, SINCE


def read(content: bytes, name: str = "export.zip", member: str = "nora") -> ExportReading:
    return read_export(io.BytesIO(content), len(content), name, member)


def test_a_zip_as_instagram_gives_it() -> None:
    found = read(exports.export())

    assert found.followers == {"ada": SINCE, "bob": SINCE}
    assert found.following == {"bob": SINCE, "cleo": SINCE}
    assert found.part is None
    assert found.owner == "nora"
    assert found.understood == (
        Understood(f"{FOLDER}/followers_1.json", Kind.FOLLOWERS, 2, 0),
        Understood(f"{FOLDER}/following.json", Kind.FOLLOWING, 2, 0),
    )
    assert found.not_understood == ()
    assert found.unopened == 2


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (exports.old_entry("ada"), Relation("ada", SINCE)),
        (exports.new_entry("ada"), Relation("ada", SINCE)),
        (exports.old_entry("ada", None), Relation("ada")),
        (exports.old_entry("Ada.B_1"), Relation("ada.b_1", SINCE)),
        ({"title": "ada"}, Relation("ada")),
        ({"title": "ada", "string_list_data": [{"timestamp": SINCE}]}, Relation("ada", SINCE)),
        ({"title": "ada", "string_list_data": [{"timestamp": 0}]}, Relation("ada")),
        ({"title": "Ada Byron", "string_list_data": [{"value": "ada"}]}, Relation("ada")),
        ({"string_list_data": [{"href": "https://www.instagram.com/_u/ada/?igsh=1", "value": ""}]}, Relation("ada")),
        ({"string_list_data": ["", {"value": "ada"}]}, Relation("ada")),
        (
            {"timestamp": SINCE, "label_values": [{"label": "URL", "href": "https://www.instagram.com/ada"}]},
            Relation("ada", SINCE),
        ),
        ({"label_values": [{"label": "Benutzername", "value": "ada"}]}, Relation("ada")),
        (("ada", "2020-06-01T12:00:00+00:00"), Relation("ada", 1_591_012_800)),
        (("ada", "2020-06-01T12:00:00"), Relation("ada", 1_591_012_800)),
        (("ada", "yesterday"), Relation("ada")),
        (("ada", True), Relation("ada")),
        (("ada", float("nan")), Relation("ada")),
        (("", "2020-06-01T12:00:00"), None),
        ({"title": "", "string_list_data": []}, None),
        ({"title": "Ada Byron", "string_list_data": [{"href": "https://www.instagram.com/p/Abc"}]}, None),
        ({"string_list_data": {"value": "ada"}}, None),
        ({"string_list_data": [{"value": ["ada"]}]}, None),
        ({"string_list_data": [{"href": "javascript:alert(1)"}]}, None),
        ({"string_list_data": [{"href": "https://instagram.com.example.org/ada"}]}, None),
        ("ada", None),
        (None, None),
        (7, None),
    ],
)
def test_an_entry(entry: Any, expected: Relation | None) -> None:
    assert relation(entry) == expected


@pytest.mark.parametrize("name", ["", " ", "a b", "ada!", "ä", "a" * 31, "<b>", "ada\n\nbob", None, 3])
def test_what_is_no_username(name: object) -> None:
    assert username(name) is None


@pytest.mark.parametrize("page", ["legal", "explore", "p", "reel", "accounts"])
def test_pages_of_instagram_are_no_accounts(page: str) -> None:
    assert profile(f"https://www.instagram.com/{page}/") is None


def test_a_list_in_several_files_is_put_together() -> None:
    files = {
        f"{FOLDER}/followers_{part}.json": exports.followers(f"name{part}", f"name{part + 1}") for part in (1, 10, 2)
    }
    files |= {f"{FOLDER}/followers_{part}.json": exports.followers(f"name{part}") for part in range(3, 10)}

    found = read(exports.packed(files))

    assert list(found.followers or ()) == [f"name{part}" for part in range(1, 12)]
    assert found.following is None


def test_who_is_in_a_list_twice_is_in_it_once_since_the_later_time() -> None:
    entries = [exports.old_entry("ada", 1_600_000_000), exports.old_entry("Ada", SINCE), exports.old_entry("ada", None)]

    found = read(json.dumps(entries).encode(), "followers_1.json")

    assert found.followers == {"ada": SINCE}


@pytest.mark.parametrize(
    ("name", "content", "followers", "following"),
    [
        ("followers_1.json", exports.followers("ada"), {"ada"}, None),
        ("followers.json", exports.followers("ada"), {"ada"}, None),
        ("followers_1 (1).json", exports.followers("ada"), {"ada"}, None),
        ("Followers_1.JSON", exports.followers("ada"), {"ada"}, None),
        ("followers_1.json", json.dumps({"relationships_followers": [exports.old_entry("ada")]}), {"ada"}, None),
        ("following.json", exports.following("ada"), None, {"ada"}),
        ("following.json", json.dumps([exports.new_entry("ada")]), None, {"ada"}),
        ("renamed.json", exports.following("ada"), None, {"ada"}),
        ("renamed.json", exports.followers("ada"), {"ada"}, None),
        ("", exports.followers("ada"), {"ada"}, None),
        ("followers_1.html", exports.page("ada"), {"ada"}, None),
        ("following.html", exports.page("ada", address="https://www.instagram.com/_u/{}"), None, {"ada"}),
        ("following.htm", exports.page("ada", "Bob"), None, {"ada", "bob"}),
        (
            "connections.json",
            json.dumps({"followers": {"ada": "2019-05-01T10:00:00"}, "following": {}, "blocked_users": {"x": "y"}}),
            {"ada"},
            set(),
        ),
        ("followers_1.json", "[]", set(), None),
        ("following.json", '\r\n {"relationships_following": [] } ', None, set()),
        ("following.json", '{"note": 12, "other": [1, {"a": []}], "relationships_following": []}', None, set()),
    ],
)
def test_a_single_file(name: str, content: str, followers: set[str] | None, following: set[str] | None) -> None:
    found = read(content.encode(), name)

    assert (found.followers if found.followers is None else set(found.followers)) == followers
    assert (found.following if found.following is None else set(found.following)) == following
    assert found.owner is None


def test_a_single_file_may_be_one_part_of_a_list() -> None:
    assert read(exports.followers("ada").encode(), "followers_3.json").part == 3
    assert read(b'{"followers": {}}', "connections.json").part is None


def test_times_are_not_read_from_pages() -> None:
    assert read(exports.page("ada").encode(), "followers_1.html").followers == {"ada": None}


def test_a_zip_of_pages_and_a_zip_of_2020() -> None:
    pages = exports.packed({"a/followers_1.html": exports.page("ada"), "a/following.html": exports.page("bob")})
    old = exports.packed({"nora_20200316/connections.json": '{"followers": {"ada": "2019-05-01T10:00:00"}}'})

    assert (read(pages).followers, read(pages).following) == ({"ada": None}, {"bob": None})
    assert read(old).followers == {"ada": 1_556_704_800}
    assert read(old).owner == "nora"


def test_the_lists_themselves_win_over_copies_of_them_elsewhere_and_json_over_pages() -> None:
    content = exports.packed(
        {
            f"{FOLDER}/followers_1.json": exports.followers("json"),
            f"{FOLDER}/followers_1.html": exports.page("page"),
            "copies/followers_1.json": exports.followers("copy"),
            "connections.json": '{"followers": {"old": ""}}',
            f"__MACOSX/{FOLDER}/followers_1.json": b"\0\5\x16\7",
            f"{FOLDER}/._following.json": b"\0\5\x16\7",
        }
    )

    found = read(content)

    assert found.followers == {"json": SINCE}
    assert found.not_understood == ()


def test_windows_and_macs_zip_folders_in_their_own_ways() -> None:
    backslashes = exports.packed(
        {r"nora\connections\followers_and_following\followers_1.json": exports.followers("ada")}
    )
    bare = exports.packed({"followers_1.json": exports.followers("ada")})

    assert read(backslashes).followers == read(bare).followers == {"ada": SINCE}


TEXT = exports.followers("ada", "bob")


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace('"title": ""', '"title": "Zoë"').encode("latin-1"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le with mark", "utf-16-be with mark", "utf-16-le", "utf-16-be", "latin-1"],
)
def test_encodings(content: bytes) -> None:
    alone, zipped = read(content, "followers_1.json"), read(exports.packed({"followers_1.json": content}))

    assert alone.followers == zipped.followers == {"ada": SINCE, "bob": SINCE}


def test_a_character_may_be_split_between_two_pieces() -> None:
    assert "".join(decoded([b"\xf0\x9f", b"\x8c", b"\xb8!\xf0"])) == "\N{CHERRY BLOSSOM}!\N{REPLACEMENT CHARACTER}"


def test_metas_way_of_writing_characters_is_undone() -> None:
    assert mended("Nom d\u00e2\u0080\u0099utilisateur") == "Nom d\N{RIGHT SINGLE QUOTATION MARK}utilisateur"
    assert mended("Käse") == "Käse"
    assert mended("\N{CHERRY BLOSSOM}") == "\N{CHERRY BLOSSOM}"
