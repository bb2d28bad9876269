"""From the form to what reports use."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
import requests
from botocore.exceptions import ClientError

from signpost.analytics.export.files import BLOCK, ExportFiles, StoredUpload
from signpost.analytics.export.imports import KEPT
from signpost.analytics.export.limits import LIMITS
from signpost.analytics.export.names import Kind
from signpost.analytics.export.places import FILE_NAME, Upload, from_key, uploaded
from signpost.analytics.export.refusals import Refusal
from signpost.analytics.export.views import begun_view, import_view
from signpost.platform import aws
from signpost.platform.clock import from_rfc3339
from signpost.platform.errors import InvalidInput, NotFound, Unavailable
from tests import exports
from tests.aws_calls import answered, failing, just_before, noted
from tests.exports import FOLDER, SINCE
from tests.integration.analytics.export.world import BUCKET, World


def view(world: World, import_id: str) -> dict[str, Any]:
    return import_view(world.imports.one(world.member, import_id)).model_dump()


# ------------------------------------------------------------------------------------------------------- the form
def test_the_form_limits_what_can_be_uploaded_and_where(world: World) -> None:
    begun, form = world.imports.begin(world.member, "nora")

    policy = json.loads(base64.b64decode(form.fields["policy"]))
    prefix = f"uploads/{world.member}/{begun.id}/"
    assert form.fields["key"] == prefix + FILE_NAME
    assert ["starts-with", "$key", prefix] in policy["conditions"]
    assert ["content-length-range", 1, 500_000_000] in policy["conditions"]
    assert {"bucket": BUCKET} in policy["conditions"]
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert "expiration" in policy
    shown = begun_view(begun, form)
    assert shown.id == begun.id
    assert (shown.upload.url, shown.upload.fields, shown.upload.max_bytes) == (form.url, form.fields, 500_000_000)
    assert from_rfc3339(shown.upload.expires_at) == world.now + 3600


def test_what_is_posted_by_the_form_can_be_read(world: World) -> None:
    begun, form = world.imports.begin(world.member, "nora")

    fields = {**form.fields, "key": form.fields["key"].replace(FILE_NAME, "my export.zip")}  # S3 itself does this
    posted = requests.post(form.url, data=fields, files={"file": ("my export.zip", exports.export())}, timeout=5)

    assert posted.ok
    [key] = world.objects()
    assert world.imports.take(key)
    assert view(world, begun.id)["files"][0]["name"] == "my export.zip"


def test_a_members_id_may_be_anything(world: World) -> None:
    world.member = "a/b c+d%20ä"
    begun = world.begin()

    assert world.take(begun).upload.member == world.member
    assert world.names() == ({"ada", "bob"}, {"bob", "cleo"})
    world.erase()
    assert (world.objects(), world.items()) == ([], [])


# -------------------------------------------------------------------------------------------------------- reading
def test_an_upload_is_read_kept_and_deleted(world: World) -> None:
    begun = world.begin()
    assert view(world, begun.id)["state"] == "waiting"

    result = world.take(begun)

    assert result.counts == {Kind.FOLLOWERS: 2, Kind.FOLLOWING: 2}
    assert world.objects() == [result.upload.lists_key(result.etag)]
    found = world.imports.lists(world.member)
    assert found.followers is not None
    assert found.followers == ({"ada": SINCE, "bob": SINCE}, result.read_at)
    assert view(world, begun.id) == {
        "id": begun.id,
        "begun_at": "2026-11-21T07:45:31.000000Z",
        "state": "read",
        "files": [
            {
                "name": "export.zip",
                "read_at": "2026-11-21T07:45:32.000000Z",
                "bytes": len(exports.export()),
                "lists": {"followers": 2, "following": 2},
                "owner": "nora",
                "refusal": None,
                "understood": [
                    {"file": f"{FOLDER}/followers_1.json", "list": "followers", "accounts": 2, "skipped": 0},
                    {"file": f"{FOLDER}/following.json", "list": "following", "accounts": 2, "skipped": 0},
                ],
                "not_understood": [],
                "unopened": 2,
                "notes": [],
            }
        ],
    }


def test_an_event_that_comes_again_changes_nothing(world: World) -> None:
    begun = world.begin()
    key = world.upload(begun)
    world.imports.take(key)
    before = (world.items(), world.objects())

    assert world.imports.take(key) is None
    assert (world.items(), world.objects()) == before


def test_two_that_read_the_same_upload_leave_the_same(world: World) -> None:
    begun = world.begin()
    key = world.upload(begun)

    with just_before(aws.s3(), "s3.DeleteObject", lambda: world.imports.take(key)):
        world.imports.take(key)

    assert len(world.objects()) == 1
    assert world.names() == ({"ada", "bob"}, {"bob", "cleo"})


def test_a_refused_upload_is_deleted_and_reported(world: World) -> None:
    begun = world.begin()

    result = world.take(begun, content=exports.export(**{exports.PROFILE: exports.profile("zoe")}))

    assert result.refusal is Refusal.SOMEBODY_ELSE
    assert world.objects() == []
    [file] = view(world, begun.id)["files"]
    assert file["refusal"] == {"code": "somebody_else", "message": Refusal.SOMEBODY_ELSE.sentence}
    assert file["lists"] == {}
    assert file["notes"] == []
    assert world.names() == (None, None)


def test_files_that_are_not_understood_are_named_with_the_reason(world: World) -> None:
    begun = world.begin()
    world.take(begun, content=exports.export(**{f"{FOLDER}/followers_2.json": "["}))
    world.take(begun, "followers_1.json", b"[1]")

    zipped, single = view(world, begun.id)["files"]

    assert zipped["not_understood"] == [{"file": f"{FOLDER}/followers_2.json", "reason": "ends too early"}]
    assert "no complete list of followers" in zipped["notes"][0]
    assert single["refusal"]["code"] == "nothing_read"
    assert single["not_understood"] == [{"file": "followers_1.json", "reason": "has no usernames"}]


@pytest.mark.parametrize("key", ["", "lists/a/b.json.gz", "uploads/a/b/c.zip", "uploads//01KAJ6DR5V0000000000000000/a"])
def test_other_keys_are_not_uploads(key: str, world: World) -> None:
    with pytest.raises(InvalidInput):
        world.imports.take(key)


def test_an_upload_without_an_import_is_deleted(world: World) -> None:
    begun = world.begin()
    world.erase()

    assert world.imports.take(world.upload(begun)) is None
    assert world.objects() == []


def test_unknown_imports_are_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.imports.one(world.member, "01KAJ6DR5V0000000000000000")


def test_an_import_takes_no_more_files_than_an_export_has(world: World) -> None:
    world.build(LIMITS._replace(files=2))
    begun = world.begin()
    for part in (1, 2):
        world.take(begun, f"followers_{part}.json", exports.followers("ada").encode())

    assert world.take(begun, "followers_2.json", exports.followers("bob").encode()).refusal is None
    assert world.take(begun, "followers_3.json", b"[]").refusal is Refusal.TOO_MANY_UPLOADS
    assert world.imports.take(world.upload(begun, "followers_4.json")) is None

    assert [each["name"] for each in view(world, begun.id)["files"]] == [f"followers_{part}.json" for part in (1, 2, 3)]
    assert not [key for key in world.objects() if key.startswith("uploads/")]


def test_a_file_that_is_replaced_while_it_is_read_is_read_again(world: World) -> None:
    begun = world.begin()
    key = world.upload(begun)

    with (
        just_before(aws.s3(), "s3.GetObject", lambda: world.upload(begun, content=exports.export(extra="1"))),
        pytest.raises(Unavailable),
    ):
        world.imports.take(key)

    assert world.imports.take(key) is not None


def test_a_file_that_is_replaced_before_it_is_deleted_is_left_for_its_own_event(world: World) -> None:
    begun = world.begin()
    key = world.upload(begun)
    newer = exports.packed({"followers_1.json": exports.followers("zoe")})

    with just_before(aws.s3(), "s3.DeleteObject", lambda: world.upload(begun, content=newer)):
        world.imports.take(key)

    assert world.imports.take(key)
    assert world.names() == ({"zoe"}, None)


def test_a_large_upload_is_read_block_by_block(world: World) -> None:
    begun = world.begin()
    names = [f"name{number}" for number in range(20_000)]
    text = exports.followers(*names).encode()
    key = world.upload(begun, "followers_1.json", text)

    with noted(aws.s3(), "s3.GetObject") as calls:
        world.imports.take(key)

    ranges = [call["Range"].removeprefix("bytes=").split("-") for call in calls]
    assert len(ranges) == len(text) // BLOCK + 1 > 3
    assert max(int(end) - int(start) + 1 for start, end in ranges) == BLOCK
    assert world.names()[0] == set(names)


# ---------------------------------------------------------------------------------------------------------- lists
def test_a_new_import_replaces_what_an_old_one_said_list_by_list(world: World) -> None:
    world.take(world.begin())
    world.take(world.begin(), "following.json", exports.following("zoe").encode())
    assert world.names() == ({"ada", "bob"}, {"zoe"})

    world.take(world.begin(), "followers_1.json", b"[]")

    assert world.names() == (set(), {"zoe"})


def test_parts_of_a_list_count_once_all_are_there(world: World) -> None:
    world.take(world.begin())
    begun = world.begin()

    world.take(begun, "followers_2.json", exports.followers("cleo", "ada").encode())
    assert world.names()[0] == {"ada", "bob"}
    world.take(begun, "followers_1.json", exports.followers("ada").encode())

    assert world.names()[0] == {"ada", "cleo"}
    assert world.names()[1] == {"bob", "cleo"}


def test_times_that_a_part_does_not_say_come_from_the_others(world: World) -> None:
    begun = world.begin()
    world.take(begun, "followers_1.html", exports.page("ada").encode())
    world.take(begun, "followers_2.json", exports.followers("ada").encode())
    world.take(begun, "followers_3.html", exports.page("ada").encode())

    found = world.imports.lists(world.member).followers

    assert found is not None
    assert found.accounts == {"ada": SINCE}


def test_a_broken_import_leaves_the_lists_as_they_were(world: World) -> None:
    world.take(world.begin())

    world.take(world.begin(), content=b"PK\x03\x04")

    assert world.names() == ({"ada", "bob"}, {"bob", "cleo"})


@pytest.mark.parametrize(
    ("name", "content", "count", "notes"),
    [
        ("export.zip", exports.export(), 2, []),
        ("export.zip", exports.export(), None, []),
        ("export.zip", exports.export(), 4_000, ["The export has 2 followers, the account 4,000"]),
        ("export.zip", exports.packed({"followers_1.json": "[]"}), 0, ["does not say whose", "of followed accounts"]),
        (
            "following.json",
            exports.following("ada").encode(),
            9,
            ["does not say whose it is; it was read as that of @"],
        ),
        ("followers_1.json", exports.followers("ada").encode(), 9, ["does not say whose", "followers_2.json"]),
    ],
)
def test_notes_say_what_to_look_at(
    name: str, content: bytes, count: int | None, notes: list[str], world: World
) -> None:
    begun = world.begin(followers_count=count)
    world.take(begun, name, content)

    [file] = view(world, begun.id)["files"]

    assert len(file["notes"]) == len(notes)
    assert all(part in note for part, note in zip(notes, file["notes"], strict=True))


def test_imports_of_long_ago_are_forgotten_unless_a_list_comes_from_them(world: World) -> None:
    first = world.begin()
    world.take(first, "following.json", exports.following("zoe").encode())
    for _ in range(KEPT + 2):
        world.take(world.begin(), "followers_1.json", exports.followers("ada").encode())

    world.begin()

    assert len(world.imports.all(world.member)) == KEPT + 2
    assert world.imports.all(world.member)[-1].begun == first
    assert world.names() == ({"ada"}, {"zoe"})
    assert len(world.objects()) == KEPT + 1


# -------------------------------------------------------------------------------------------------------- erasure
def test_everything_about_a_member_is_erased_and_nothing_about_others(world: World) -> None:
    other = World()
    other.member = f"{world.member}0"
    for each in (world, other):
        begun = each.begin()
        each.take(begun)
        each.upload(begun, "left.zip")

    world.erase()

    assert (world.objects(), world.items(), world.imports.all(world.member)) == ([], [], [])
    assert world.names() == (None, None)
    assert len(other.objects()) == len(other.items()) == 2


def test_what_is_read_during_an_erasure_is_not_kept(world: World) -> None:
    begun = world.begin()
    key = world.upload(begun)

    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", world.erase):
        assert world.imports.take(key) is None

    assert (world.objects(), world.items()) == ([], [])


def test_what_is_read_while_the_items_are_deleted_is_not_kept_either(world: World) -> None:
    key = world.upload(world.begin())

    def erase_until_the_last_item() -> None:
        with failing(aws.dynamodb(), "dynamodb.DeleteItem"), pytest.raises(Unavailable):
            world.erase()

    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", erase_until_the_last_item):
        assert world.imports.take(key) is None

    assert len(world.items()) == 1
    world.erase()
    assert (world.objects(), world.items()) == ([], [])


# --------------------------------------------------------------------------------------------------------- pieces
@pytest.mark.parametrize("name", ["export.zip", "a/b.zip", "ä b+c%20.json", "", "\n", "../x"])
@pytest.mark.parametrize("encoded", [str, quote_plus])
def test_keys_come_back_as_events_have_them(name: str, encoded: Callable[[str], str]) -> None:
    upload = Upload("facebook-1", "01KAJ6DR5V0000000000000000", name)
    event = {"detail": {"object": {"key": encoded(upload.key)}}}

    assert upload in [from_key(key) for key in uploaded(event)]


@pytest.mark.parametrize("event", [{}, {"detail": {"object": {"key": 1}}}, {"detail": 1}, [], 1, None])
def test_an_event_about_something_else_names_no_upload(event: Any) -> None:
    with pytest.raises(InvalidInput):
        uploaded(event)


def test_a_list_that_is_gone_is_asked_for_again(world: World) -> None:
    world.take(world.begin())
    for key in world.objects():
        aws.s3().delete_object(Bucket=BUCKET, Key=key)

    with pytest.raises(Unavailable):
        world.imports.lists(world.member)


def test_what_s3_does_not_delete_is_deleted_again(world: World) -> None:
    world.take(world.begin())

    with answered(aws.s3(), "s3.DeleteObjects", lambda _: {"Errors": [{"Key": "x"}]}), pytest.raises(Unavailable):
        world.erase()

    world.erase()
    assert (world.objects(), world.items()) == ([], [])


def test_stored_lists_are_the_same_bytes_for_the_same_lists(world: World) -> None:
    begun = world.begin()
    world.take(begun)
    [key] = world.objects()

    body = aws.s3().get_object(Bucket=BUCKET, Key=key)["Body"].read()
    world.now += 1_000
    world.take(begun)

    assert aws.s3().get_object(Bucket=BUCKET, Key=key)["Body"].read() == body
    assert json.loads(gzip.decompress(body)) == {
        "version": 1,
        "followers": {"usernames": ["ada", "bob"], "since": [SINCE, SINCE]},
        "following": {"usernames": ["bob", "cleo"], "since": [SINCE, SINCE]},
    }


def test_errors_that_no_retry_fixes_are_not_hidden() -> None:
    files = ExportFiles(aws.s3, "a-bucket-of-nobody", 1)
    upload = StoredUpload(aws.s3(), "a-bucket-of-nobody", "uploads/x", '"etag"', 1)

    with pytest.raises(ClientError):
        files.load_list("lists/x", Kind.FOLLOWERS)
    with pytest.raises(ClientError):
        files.delete(upload)
    with pytest.raises(ClientError):
        upload.read(1)


def test_nothing_is_read_beyond_the_end() -> None:
    upload = StoredUpload(aws.s3(), "a-bucket-of-nobody", "uploads/x", '"etag"', 3)

    assert (upload.seek(3), upload.read(1)) == (3, b"")
