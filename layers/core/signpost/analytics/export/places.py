"""Where the files of an import are in the bucket.

uploads/<member>/<import>/<file name>       from the upload until it is read
lists/<member>/<import>/<digest>.json.gz    the lists in a file, under the digest of its name and its content's ETag
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote, unquote_plus

from signpost.platform.errors import InvalidInput

_UPLOAD: Final = re.compile(r"uploads/([^/]+)/([0-9A-HJKMNP-TV-Z]{26})/(.*)", re.ASCII | re.DOTALL)
_DIGEST: Final = 32  # hexadecimal digits: nobody finds two names with the same digest
FILE_NAME: Final = "${filename}"  # S3 puts the uploaded file's name here


class Upload(NamedTuple):
    member: str
    import_id: str
    name: str

    @property
    def key(self) -> str:
        return f"uploads/{_folder(self.member, self.import_id)}{self.name}"

    @property
    def digest(self) -> str:
        return _digest(self.name)

    def lists_key(self, etag: str) -> str:
        """Its ETag too: a file that replaces one of the same name has lists of its own."""
        return f"lists/{_folder(self.member, self.import_id)}{_digest(self.name, etag)}.json.gz"


def from_key(key: str) -> Upload | None:
    """None: it is not the key of an upload."""
    found = _UPLOAD.fullmatch(key)
    return Upload(unquote(found[1]), found[2], found[3]) if found else None


def prefixes(member: str, import_id: str = "") -> tuple[str, str]:
    """What all keys of a member, or of one import, begin with."""
    return f"uploads/{_folder(member, import_id)}", f"lists/{_folder(member, import_id)}"


def import_of(key: str) -> str:
    """The id of the import that an object belongs to."""
    return key.split("/")[2]


def uploaded(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that the upload named in EventBridge's event may have, the likelier one first.

    S3's notifications encode keys. Its events are documented to have them as they are, yet Powertools decodes them.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html

    Raises:
        InvalidInput: it names no object.
    """
    try:
        key = event["detail"]["object"]["key"]
    except (KeyError, TypeError):
        key = None
    if not isinstance(key, str):
        raise InvalidInput("The event does not name an object.")
    return tuple(dict.fromkeys((key, unquote_plus(key))))


def _folder(member: str, import_id: str) -> str:
    return f"{quote(member, safe='')}/{import_id}/" if import_id else f"{quote(member, safe='')}/"


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:_DIGEST]
