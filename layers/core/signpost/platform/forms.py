"""Forms that a browser sends: `application/x-www-form-urlencoded`."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from signpost.platform.errors import InvalidInput, WrongMediaType
from signpost.platform.http import Event, header

TYPE: Final = "application/x-www-form-urlencoded"
_LARGEST: Final = 64_000  # letters
_MOST_FIELDS: Final = 60


def read(event: Event) -> Mapping[str, str]:
    """The fields of a form; of a field that is there twice, both, with a comma between them.

    Raises:
        WrongMediaType: it is not a form.
        InvalidInput: it cannot be read, or is too large.
    """
    if (header(event, "content-type") or "").partition(";")[0].strip().lower() != TYPE:
        raise WrongMediaType("Send the form as a browser does.")
    fields: dict[str, str] = {}
    for name, value in _pairs(event.get("body") or "", encoded=bool(event.get("isBase64Encoded"))):
        fields[name] = f"{fields[name]},{value}" if name in fields else value
    return fields


def _pairs(body: str, *, encoded: bool) -> list[tuple[str, str]]:
    if len(body) > _LARGEST:
        raise InvalidInput("This form is too large.")
    try:
        text = base64.b64decode(body, validate=True).decode() if encoded else body
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except (binascii.Error, ValueError):
        raise InvalidInput("This form cannot be read.") from None
