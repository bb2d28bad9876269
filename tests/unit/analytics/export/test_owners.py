"""Whose export it is."""

import io
import json

import pytest

from signpost.analytics.export.reading import ExportReading, read_export
from signpost.analytics.export.refusals import ExportRefused, Refusal, Unread
from tests import exports

LIST = "followers_1.json"
PAGE = "<html><body><table><tr><td>{}<div><div>{}</div></div></td></tr></table></body></html>"


def read(content: bytes, name: str = "export.zip", member: str = "nora") -> ExportReading:
    return read_export(io.BytesIO(content), len(content), name, member)


def zipped(profile: str, path: str = exports.PROFILE) -> bytes:
    return exports.packed({LIST: exports.followers("ada"), path: profile})


@pytest.mark.parametrize(
    "profile",
    [
        exports.profile("nora"),
        exports.profile("Nora"),
        exports.profile("nora", "Benutzername"),
        exports.profile("nora", "Nom d\N{RIGHT SINGLE QUOTATION MARK}utilisateur"),
        exports.profile("nora", "Имя пользователя"),
        exports.profile("nora", "in a language that is not known here"),
        json.dumps({"profile_user": [{"label_values": [{"label": "Username", "value": "nora"}, "x"]}]}),
    ],
)
def test_it_is_the_members_own(profile: str) -> None:
    assert read(zipped(profile)).owner == "nora"
    assert read(zipped(profile), member="Nora").owner == "nora"


@pytest.mark.parametrize(
    "profile",
    [
        exports.profile("zoe"),
        exports.profile("zoe", "ユーザーネーム"),
        # Whose account it is, is said under a label; what else has the member's name does not count then.
        json.dumps(
            {"profile_user": [{"string_map_data": {"Username": {"value": "zoe"}, "Bio": {"value": "nora"}}}]},
        ),
    ],
)
def test_it_is_somebody_elses(profile: str) -> None:
    with pytest.raises(ExportRefused) as refused:
        read(zipped(profile))

    assert refused.value.refusal is Refusal.SOMEBODY_ELSE


def test_pages_say_it_too() -> None:
    path = "personal_information/personal_information.html"

    assert read(zipped(PAGE.format("Username", "nora"), path)).owner == "nora"
    assert read(zipped(PAGE.format("Etwas", "nora"), path)).owner == "nora"
    with pytest.raises(ExportRefused):
        read(zipped(PAGE.format("Gebruikersnaam", "zoe"), path))


@pytest.mark.parametrize(
    "profile",
    [
        exports.profile("zoe", "in a language that is not known here"),
        '{"profile_user": [7, {"string_map_data": [], "label_values": 1}]}',
        json.dumps({"profile_user": [{"string_map_data": {"Username": {"value": "not a name"}}}]}),
        json.dumps({"profile_user": [{"string_map_data": {"Username": "zoe"}}]}),
        "[]",
    ],
)
def test_where_nobody_is_named_it_is_taken(profile: str) -> None:
    found = read(zipped(profile))

    assert found.owner is None
    assert found.followers


def test_a_profile_that_cannot_be_read_is_told_of() -> None:
    found = read(zipped('{"profile_user": ['))

    assert found.not_understood == ((exports.PROFILE, Unread.CUT_OFF),)
    assert (found.owner, set(found.followers or ())) == (None, {"ada"})


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("instagram-nora-2026-11-20-YOudpLi7.zip", ""),
        ("instagram-nora-2026-11-20-YOudpLi7 (2).zip", ""),
        ("Instagram-Nora-2026-11-20.zip", ""),
        ("nora_20200316.zip", ""),
        ("Archive.zip", "instagram-nora-2026-11-20-YOudpLi7/"),
    ],
)
def test_names_of_zips_and_folders_say_it_where_no_file_does(name: str, folder: str) -> None:
    content = exports.packed({f"{folder}{LIST}": exports.followers("ada")})

    assert read(content, name).owner == "nora"
    with pytest.raises(ExportRefused):
        read(content, name, member="zoe")


def test_what_the_profile_says_counts_more_than_names() -> None:
    assert read(zipped(exports.profile("nora")), "instagram-zoe-2026-11-20-YOudpLi7.zip").owner == "nora"
