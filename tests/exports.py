"""Made exports of Instagram, whole and hostile."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

SINCE = 1_700_000_000
FOLDER = "connections/followers_and_following"
PROFILE = "personal_information/personal_information/personal_information.json"
Content = str | bytes


def old_entry(name: str, since: int | None = SINCE) -> dict[str, Any]:
    """As in lists of followers, and until 2025 of followings."""
    part = {"href": f"https://www.instagram.com/{name}", "value": name, "timestamp": since}
    return {"title": "", "media_list_data": [], "string_list_data": [part]}


def new_entry(name: str, since: int = SINCE) -> dict[str, Any]:
    """As in lists of followings since 2025."""
    return {
        "title": name,
        "string_list_data": [{"href": f"https://www.instagram.com/_u/{name}", "timestamp": since}],
    }


def followers(*names: str) -> str:
    return json.dumps([old_entry(name) for name in names], indent=2)


def following(*names: str) -> str:
    return json.dumps({"relationships_following": [new_entry(name) for name in names]}, indent=2)


def profile(name: str, label: str = "Username") -> str:
    """Whose export it is. Meta writes each byte of UTF-8 as a character."""
    label = label.encode().decode("latin-1")
    values = {"Email": {"href": "", "value": "nora@example.com", "timestamp": 0}, label: {"value": name}}
    return json.dumps({"profile_user": [{"title": "User Information", "string_map_data": values}]})


def page(*names: str, address: str = "https://www.instagram.com/{}") -> str:
    """A list in an export that was asked for as HTML."""
    rows = "".join(
        f'<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="_a6-p"><div><div><a target="_blank" '
        f'href="{address.format(name)}">{name}</a></div><div>Jun 13, 2025 5:13 pm</div></div></div></div>'
        for name in names
    )
    return (
        '<html><head><base href="../../" /><style type="text/css">a{color:#000}</style><title>Followers</title></head>'
        '<body><a href="https://www.instagram.com/"><img src="files/logo.png" /></a><div role="main">'
        f'{rows}</div><a href="https://www.instagram.com/legal/">Terms</a></body></html>'
    )


def packed(files: Mapping[str, Content] | Sequence[tuple[str, Content]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(name, text)
    return content.getvalue()


def export(**others: Content) -> bytes:
    """What most people upload: two followers, and two followings, of @nora."""
    return packed(
        {
            f"{FOLDER}/followers_1.json": followers("ada", "bob"),
            f"{FOLDER}/following.json": following("bob", "cleo"),
            f"{FOLDER}/pending_follow_requests.json": json.dumps({"relationships_follow_requests_sent": []}),
            PROFILE: profile("nora"),
            "media/posts/202506/1.jpg": b"\xff\xd8\xff\xe0",
            **others,
        }
    )


class CountingStream(io.BytesIO):
    """Counts what is read from it, and the most that was read at once."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.total = self.most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self.total, self.most = self.total + len(content), max(self.most, len(content))
        return content
