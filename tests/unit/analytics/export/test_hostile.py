"""Uploads that are broken, or made to hurt."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.analytics.export import archive, html_lists, json_lists, reading
from signpost.analytics.export.limits import LIMITS, Limits
from signpost.analytics.export.names import LONGEST_SHOWN, is_facebooks, owner_in, shown, wanted
from signpost.analytics.export.reading import ExportReading, read_export
from signpost.analytics.export.refusals import ExportRefused, NotUnderstood, Refusal, Unread
from tests import exports
from tests.exports import FOLDER, CountingStream

FOLLOWERS = f"{FOLDER}/followers_1.json"


def read(content: bytes, name: str = "export.zip", limits: Limits = LIMITS) -> ExportReading:
    return read_export(io.BytesIO(content), len(content), name, "nora", limits)


def refused(content: bytes, name: str = "export.zip", **limits: int) -> ExportRefused:
    with pytest.raises(ExportRefused) as error:
        read(content, name, LIMITS._replace(**limits))
    assert error.value.refusal.sentence
    return error.value


# -------------------------------------------------------------------------------------------------------- not a zip
@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"", "export.zip", Refusal.EMPTY),
        (b"\xff\xd8\xff\xe0", "me.jpg", Refusal.NOT_AN_EXPORT),
        (b"Rar!\x1a\x07\x01", "export.rar", Refusal.NOT_AN_EXPORT),
        (b"ada\nbob\n", "followers_1.json", Refusal.NOT_AN_EXPORT),
        (b" \n ", "followers_1.json", Refusal.NOT_AN_EXPORT),
        (b"\xef\xbb\xbf", "followers_1.json", Refusal.NOT_AN_EXPORT),
        (exports.page("ada").encode(), "start_here.html", Refusal.NOT_AN_EXPORT),
        (exports.profile("nora").encode(), "personal_information.json", Refusal.NOT_AN_EXPORT),
        (exports.profile("nora").encode(), "profile.json", Refusal.NOTHING_READ),
        (b'{"relationships_blocked_users": []}', "blocked_profiles.json", Refusal.NOTHING_READ),
        (b"[1, 2]", "followers_1.json", Refusal.NOTHING_READ),
    ],
)
def test_files_that_are_no_export(content: bytes, name: str, refusal: Refusal) -> None:
    assert refused(content, name).refusal is refusal


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[", Unread.CUT_OFF),
        ('[{"title": "ada"}', Unread.CUT_OFF),
        ('[{"title": "ada"}, {"tit', Unread.CUT_OFF),
        ('[{"title": "ada"},', Unread.CUT_OFF),
        ('{"relationships_following"', Unread.CUT_OFF),
        ('{"relationships_following": [', Unread.CUT_OFF),
        ('[{"title": "ada"}] [', Unread.NOT_JSON),
        ('[{"title": "ada"} {"title": "bob"}]', Unread.NOT_JSON),
        ('[{"title": "ada"},]', Unread.NOT_JSON),
        ("{ada: 1}", Unread.NOT_JSON),
        ('{"followers" 1}', Unread.NOT_JSON),
        ("[{'title': 'ada'}]", Unread.NOT_JSON),
        ("[" * 100_000, Unread.NOT_JSON),
        ("[1x]", Unread.NOT_JSON),
        ('[{"title": "' + "x" * 2 * json_lists.LARGEST_ENTRY + '"}]', Unread.NOT_JSON),
        ('{"title": "ada"}', Unread.NO_LIST),
        ("{}", Unread.NO_LIST),
        ('[{"title": "ada"}, {}, {}]', Unread.NO_NAMES),
        ('{"relationships_followers": [], "followers": 7', Unread.CUT_OFF),
    ],
)
def test_a_list_that_cannot_be_read_whole_is_not_taken(content: str, reason: Unread) -> None:
    alone = refused(content.encode(), "followers_1.json")
    zipped = read(exports.export(**{FOLLOWERS: content}))

    assert (alone.refusal, alone.files) == (Refusal.NOTHING_READ, (("followers_1.json", reason),))
    assert (zipped.followers, set(zipped.following or ())) == (None, {"bob", "cleo"})
    assert zipped.not_understood == ((FOLLOWERS, reason),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (exports.page("ada").removesuffix("</body></html>"), Unread.CUT_OFF),
        (exports.page(), Unread.NO_NAMES),
        ("<svg><a href='https://www.instagram.com/ada'>", Unread.NOT_HTML),
        ("<html><a" + " x" * html_lists.LARGEST_TAG, Unread.NOT_HTML),
        ("<html><!--" + "x" * 2 * html_lists.LARGEST_TAG, Unread.NOT_HTML),
        ("<html><style>" + "x" * 2 * html_lists.LARGEST_STYLE, Unread.NOT_HTML),
        ("<html>" + "<a" * 200_000, Unread.NOT_HTML),
    ],
)
def test_pages_that_are_broken(content: str, reason: Unread) -> None:
    assert refused(content.encode(), "followers_1.html").files == (("followers_1.html", reason),)


def test_entries_without_a_name_are_counted() -> None:
    entries = [exports.old_entry("ada"), exports.old_entry("bob"), {"title": "", "string_list_data": []}]

    found = read(json.dumps(entries).encode(), "followers_1.json")

    assert [(each.accounts, each.skipped) for each in found.understood] == [(2, 1)]


def test_a_list_with_a_part_missing_is_not_taken() -> None:
    parts = {f"{FOLDER}/followers_{part}.json": exports.followers("ada") for part in (1, 4)}

    found = read(exports.export(**parts))

    assert found.followers is None
    assert found.not_understood == (("followers_2", Unread.MISSING),)


def test_more_accounts_than_are_read() -> None:
    assert read(exports.export(), limits=LIMITS._replace(accounts=4)).following
    assert refused(exports.export(), accounts=3).refusal is Refusal.TOO_MANY_ACCOUNTS


@pytest.mark.parametrize("content", ["[{}, {}, {}, {}]", '{"others": [1, 2, 3, 4]}'])
def test_entries_that_nobody_is_in_count_too(content: str) -> None:
    assert refused(content.encode(), "followers_1.json", accounts=3).refusal is Refusal.TOO_MANY_ACCOUNTS
    assert refused(content.encode(), "followers_1.json", accounts=4).refusal is not Refusal.TOO_MANY_ACCOUNTS


def test_a_page_with_more_tags_than_accounts_take() -> None:
    with pytest.raises(NotUnderstood):
        html_lists.read_links([exports.page("ada")], lambda _: None, most_tags=10)


def test_an_upload_over_the_limit_is_not_even_opened() -> None:
    stream = CountingStream(exports.export())

    with pytest.raises(ExportRefused) as error:
        read_export(stream, LIMITS.upload + 1, "export.zip", "nora")

    assert error.value.refusal is Refusal.TOO_LARGE
    assert stream.total == 0


# ------------------------------------------------------------------------------------------------------------ zips
@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ({}, Refusal.NOTHING_FOUND),
        ({"media/posts/1.jpg": b"x"}, Refusal.NOTHING_FOUND),
        ({exports.PROFILE: exports.profile("nora")}, Refusal.NOTHING_FOUND),
        ({"instagram-nora-2026-11-20-YOudpLi7.zip": exports.export()}, Refusal.ZIP_IN_ZIP),
        ({"your_facebook_activity/posts/1.json": "[]"}, Refusal.FACEBOOK),
        ({"friends_and_followers/following.json": '{"following_v2": []}'}, Refusal.FACEBOOK),
        ({FOLLOWERS: "nothing"}, Refusal.NOTHING_READ),
    ],
)
def test_zips_without_a_list(files: dict[str, bytes | str], refusal: Refusal) -> None:
    assert refused(exports.packed(files)).refusal is refusal


@pytest.mark.parametrize("length", [4, 29, 100, 500, -1, -22, -30])
def test_a_zip_that_ends_too_early(length: int) -> None:
    assert refused(exports.export()[:length]).refusal in (Refusal.CUT_OFF, Refusal.DAMAGED)


@given(at=st.integers(min_value=4), byte=st.integers(0, 255))
def test_a_damaged_zip_is_refused_or_read_as_far_as_it_is_whole(at: int, byte: int) -> None:
    content = bytearray(exports.export())
    content[at % len(content)] = byte

    try:
        found = read(bytes(content))
    except ExportRefused:
        return
    assert found.followers is None or set(found.followers) == {"ada", "bob"}
    assert found.following is None or set(found.following) == {"bob", "cleo"}


@given(st.binary(max_size=300))
def test_garbage_is_refused(garbage: bytes) -> None:
    for content in (garbage, b"PK\x03\x04" + garbage, exports.export()[:40] + garbage, garbage + exports.export()):
        try:
            read(content, "followers_1.json")
        except ExportRefused:
            continue


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("ada"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["string_list_data", "title", "value", "href", "timestamp", "label_values", "followers"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(value=JSON, name=st.sampled_from(["followers_1.json", "following.json", "connections.json", "x.json"]))
def test_any_json_is_read_or_refused(value: object, name: str) -> None:
    try:
        found = read(json.dumps(value).encode(), name)
    except ExportRefused:
        return
    for accounts in (found.followers, found.following):
        assert accounts is None or all(isinstance(each, str) for each in accounts)


@given(entries=st.lists(JSON, max_size=5), cuts=st.lists(st.integers(0, 400), max_size=6))
def test_json_in_pieces_is_the_same_as_in_one(entries: list[object], cuts: list[int]) -> None:
    text = json.dumps({"a": 1.5, "followers": entries, "pairs": {"x": entries}, "z": -12})
    bounds = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    given_entries: list[object] = []

    json_lists.read_lists((text[start:end] for start, end in pairwise(bounds)), lambda _: given_entries.append)

    assert repr(given_entries) == repr([*json.loads(text)["followers"], ("x", json.loads(text)["pairs"]["x"])])


def test_numbers_may_be_cut_anywhere() -> None:
    text = '{"a": 1.25, "b": -12e5, "followers": [1.5, {"x": -0.5e-3}, true]}'
    expected = [1.5, {"x": -0.0005}, True]

    for cut in range(len(text)):
        entries: list[object] = []
        take = entries.append
        json_lists.read_lists([text[:cut], text[cut:]], {"followers": take}.get)
        assert entries == expected


def test_a_zip_with_a_password_is_refused() -> None:
    content = bytearray(exports.export())
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 1)

    assert refused(bytes(content)).refusal is Refusal.PASSWORD


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_told_of(method: int) -> None:
    content = exports.packed({FOLLOWERS: exports.followers("ada")}, method)

    assert refused(content).files == ((FOLLOWERS, Unread.UNKNOWN_PACKING),)


def test_files_may_be_stored_unpacked() -> None:
    assert read(exports.packed({FOLLOWERS: exports.followers("ada")}, zipfile.ZIP_STORED)).followers


@pytest.mark.parametrize("length", [archive.PIECE, archive.PIECE + 1, 3 * archive.PIECE + 5])
def test_content_that_is_unpacked_in_several_pieces(length: int) -> None:
    content = exports.packed({FOLLOWERS: "[]" + " " * (length - 2)})

    assert read(content).followers == {}


@pytest.mark.parametrize("missing", [1, 50, 150])
def test_an_upload_that_is_shorter_than_it_is_said_to_be(missing: int) -> None:
    content = exports.export()

    with pytest.raises(ExportRefused):
        read_export(io.BytesIO(content[:-missing]), len(content), "export.zip", "nora")


def test_an_entry_beyond_the_end_of_the_upload() -> None:
    class Short(io.BytesIO):
        """Ends within the first entry, once the directory was read."""

        def read(self, size: int | None = -1, /) -> bytes:
            return b"" if 0 < self.tell() < 100 else super().read(size)

    content = exports.packed({FOLLOWERS: exports.followers("ada")})
    with pytest.raises(ExportRefused) as error:
        read_export(Short(content), len(content), "export.zip", "nora")

    assert error.value.files == ((FOLLOWERS, Unread.DAMAGED),)


def test_a_large_form_without_its_locator() -> None:
    end = bytearray(exports.packed({}))
    end[8:12] = b"\xff" * 4

    assert refused(bytes(end)).refusal is Refusal.DAMAGED


def test_a_comment_that_looks_like_an_end_does_not_mislead() -> None:
    file = io.BytesIO(exports.export())
    with zipfile.ZipFile(file, "a") as zipped:
        zipped.comment = b"PK\x05\x06" + b"\0" * 18 + b"and more"

    assert read(file.getvalue()).followers


# Names ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path",
    [
        "../../followers_1.json",
        "/etc/followers_1.json",
        r"C:\followers_1.json",
        r"..\followers_1.json",
        f"{FOLDER}/../../../followers_1.json",
    ],
)
def test_paths_that_lead_outside_are_not_read(path: str) -> None:
    content = exports.packed({path: exports.followers("mallory"), f"{FOLDER}/following.json": exports.following("bob")})

    found = read(content)

    assert (found.followers, set(found.following or ())) == (None, {"bob"})
    assert found.not_understood == ((path, Unread.OUTSIDE),)


def test_links_are_not_read() -> None:
    link = zipfile.ZipInfo(FOLLOWERS)
    link.create_system, link.external_attr = 3, 0o120777 << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr(link, "/etc/passwd")

    assert refused(content.getvalue()).files == ((FOLLOWERS, Unread.LINK),)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_counts_only_with_the_same_content() -> None:
    ada, bob = exports.followers("ada"), exports.followers("bob")

    assert set(read(exports.packed([(FOLLOWERS, ada), (FOLLOWERS, ada)])).followers or ()) == {"ada"}
    assert refused(exports.packed([(FOLLOWERS, ada), (FOLLOWERS, bob)])).files == ((FOLLOWERS, Unread.TWICE),)


@given(st.text())
def test_any_name_can_be_looked_at_and_shown(path: str) -> None:
    wanted(path)
    owner_in(path)
    is_facebooks(path)

    assert len(shown(path)) <= LONGEST_SHOWN
    assert shown(path).isprintable()


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_any_name_may_be_in_a_zip(name: str) -> None:
    found = read(exports.packed({f"a/{name}".replace("\0", "0"): "[]", FOLLOWERS: exports.followers("ada")}))

    assert set(found.followers or ()) == {"ada"}


def test_no_more_names_are_told_than_anybody_reads() -> None:
    files = {f"{FOLDER}/followers_{part}.json": "[" for part in range(1, 200)}

    assert len(refused(exports.packed(files)).files) == reading.MOST_NAMED


# Bombs -----------------------------------------------------------------------------------------------------------
def directory_entry(content: bytes) -> int:
    """Where the directory entry of the only file is."""
    return content.index(b"PK\x01\x02")


def with_number(content: bytes, at: int, number: int, form: str = "<L") -> bytes:
    changed = bytearray(content)
    struct.pack_into(form, changed, at, number)
    return bytes(changed)


def test_more_than_is_declared() -> None:
    content = exports.packed({FOLLOWERS: "[" + " " * 200_000 + "]"})
    at = directory_entry(content)

    lying = with_number(content, at + 24, 100)

    assert refused(lying).refusal is Refusal.UNPACKS_TOO_LARGE


def test_packed_more_tightly_than_any_list_is() -> None:
    stream = CountingStream(exports.packed({FOLLOWERS: "[" + " " * 30_000_000 + "]"}))

    with pytest.raises(ExportRefused) as error:
        read_export(stream, len(stream.getvalue()), "export.zip", "nora")

    assert error.value.refusal is Refusal.UNPACKS_TOO_LARGE


def test_all_that_is_read_has_a_bound() -> None:
    content = exports.export(**{FOLLOWERS: exports.followers(*map(str, range(100)))})

    assert refused(content, unpacked=1_000).refusal is Refusal.UNPACKS_TOO_LARGE


@pytest.mark.parametrize("number", [0xFFFFFFFE, 0xFFFFFFFF])
def test_a_huge_size_in_the_directory(number: int) -> None:
    content = exports.packed({FOLLOWERS: exports.followers("ada")})
    at = directory_entry(content)

    assert refused(with_number(content, at + 24, number)).refusal in (Refusal.UNPACKS_TOO_LARGE, Refusal.DAMAGED)
    assert refused(with_number(content, at + 20, number)).refusal is Refusal.DAMAGED


def overlapping(quoted: int) -> bytes:
    """Two entries that share the bytes of one."""
    content = exports.packed({FOLLOWERS: exports.followers("ada"), f"{FOLDER}/following.json": exports.following("b")})
    second = content.index(b"PK\x01\x02", directory_entry(content) + 4)
    return with_number(content, second + 42, quoted)


def test_entries_that_share_their_bytes() -> None:
    assert refused(overlapping(0)).refusal is Refusal.DAMAGED
    assert refused(overlapping(10)).refusal is Refusal.DAMAGED


def test_more_entries_than_are_read() -> None:
    assert refused(exports.export(), entries=4).refusal is Refusal.TOO_MANY_FILES


def test_a_directory_that_is_too_long() -> None:
    assert refused(exports.export(), directory=100).refusal is Refusal.UNPACKS_TOO_LARGE


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_directory_with_more_or_fewer_entries_than_it_says(shift: int) -> None:
    content = exports.export()
    end = content.rindex(b"PK\x05\x06")
    number = struct.unpack_from("<H", content, end + 10)[0] + shift
    changed = with_number(with_number(content, end + 8, number, "<H"), end + 10, number, "<H")

    assert refused(changed).refusal is Refusal.DAMAGED


@pytest.mark.parametrize(
    ("field", "number", "form"), [(4, 1, "<H"), (6, 1, "<H"), (8, 1, "<H"), (12, 2**31, "<L"), (16, 2**31, "<L")]
)
def test_an_end_that_does_not_fit(field: int, number: int, form: str) -> None:
    content = exports.export()

    changed = with_number(content, content.rindex(b"PK\x05\x06") + field, number, form)

    assert refused(changed).refusal in (Refusal.DAMAGED, Refusal.CUT_OFF)


def test_a_file_whose_header_names_another_one() -> None:
    content = bytearray(exports.packed({FOLLOWERS: exports.followers("ada")}))
    content[30] ^= 1

    assert refused(bytes(content)).files == ((FOLLOWERS, Unread.DAMAGED),)


def test_content_that_cannot_be_unpacked() -> None:
    content = exports.packed({FOLLOWERS: exports.followers("ada")})
    start = 30 + len(FOLLOWERS)

    cut = content[:start] + b"\3" + b"\0" * (directory_entry(content) - start - 1) + content[directory_entry(content) :]
    garbage = with_number(content, start, 0xFFFFFFFF)

    assert refused(cut).files == refused(garbage).files == ((FOLLOWERS, Unread.DAMAGED),)


def test_a_wrong_checksum() -> None:
    content = exports.packed({FOLLOWERS: exports.followers("ada")})

    changed = with_number(content, directory_entry(content) + 16, zlib.crc32(b"other"))

    assert refused(changed).files == ((FOLLOWERS, Unread.DAMAGED),)


# Large archives ------------------------------------------------------------------------------------------------------
def large(change: Callable[[bytearray, int], None] = lambda _content, _record: None) -> bytes:
    """A zip whose directory is found, and whose entry is described, in the form for large archives."""
    info = zipfile.ZipInfo(FOLLOWERS)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", allowZip64=True) as zipped, zipped.open(info, "w", force_zip64=True) as file:
        file.write(exports.followers("ada").encode())
    plain = bytearray(content.getvalue())
    start = plain.index(b"PK\x01\x02")
    end = plain.index(b"PK\x05\x06")
    size, packed = struct.unpack_from("<L", plain, start + 24)[0], struct.unpack_from("<L", plain, start + 20)[0]
    extra = struct.pack("<2H", 0x7777, 2) + b"xx" + struct.pack("<2H3Q", 1, 24, size, packed, 0)
    entry = bytearray(plain[start : start + 46 + len(FOLLOWERS)] + extra)
    for field in (20, 24, 42):
        struct.pack_into("<L", entry, field, 0xFFFFFFFF)
    struct.pack_into("<H", entry, 30, len(extra))
    record = start + len(entry)
    record64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(entry), start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, record, 1)
    last = plain[end : end + 8] + struct.pack("<2H2LH", 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    made = plain[:start] + entry + record64 + locator + last
    change(made, record)
    return bytes(made)


def test_the_form_for_large_archives() -> None:
    assert set(read(large()).followers or ()) == {"ada"}


def break_mark(content: bytearray, record: int) -> None:
    content[record] = 0


def break_locator(content: bytearray, record: int) -> None:
    content[record + 56] = 0


def lead_astray(content: bytearray, record: int) -> None:
    struct.pack_into("<Q", content, record + 56 + 8, 2**63)


def shorten_numbers(content: bytearray, record: int) -> None:
    struct.pack_into("<H", content, record - 26, 4)


def claim_many(content: bytearray, record: int) -> None:
    struct.pack_into("<2Q", content, record + 24, 2**40, 2**40)


@pytest.mark.parametrize("change", [break_mark, break_locator, lead_astray, shorten_numbers, claim_many])
def test_the_form_for_large_archives_broken(change: Callable[[bytearray, int], None]) -> None:
    assert refused(large(change)).refusal in (Refusal.DAMAGED, Refusal.TOO_MANY_FILES)


# Bounded reading -----------------------------------------------------------------------------------------------------
def test_only_what_is_needed_is_read_and_in_small_pieces() -> None:
    photos = {f"media/posts/{number}.jpg": bytes([number]) * 500_000 for number in range(20)}
    content = exports.packed(
        {**photos, FOLLOWERS: exports.followers(*(f"name{number}" for number in range(20_000)))}, zipfile.ZIP_STORED
    )
    stream = CountingStream(content)

    found = read_export(stream, len(content), "export.zip", "nora")

    assert len(found.followers or ()) == 20_000
    assert stream.most <= archive.PIECE
    assert stream.total < len(content) - 20 * 500_000 + 200_000


def test_a_long_list_is_never_in_memory_as_a_text() -> None:
    text = exports.followers(*(f"name{number}" for number in range(20_000))).encode()
    stream = CountingStream(text)

    assert len(read_export(stream, len(text), "followers_1.json", "nora").followers or ()) == 20_000
    assert stream.most <= archive.PIECE
    assert stream.total == len(text)
