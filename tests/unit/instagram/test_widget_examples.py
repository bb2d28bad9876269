"""The examples for widget platforms make links that Signpost accepts. The browser's tests run the one in JavaScript."""

import re
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from signpost.instagram.apps.connect_keys import signing_secret
from signpost.instagram.apps.connect_links import platform_signature
from tests.template_model import ROOT

GUIDE = (ROOT / "docs" / "widgets.md").read_text(encoding="utf-8")
KEY, APP = "spck_ä", "bäckerei"


def test_the_example_in_python_signs_as_signpost_does() -> None:
    found: dict[str, Any] = {}
    [example] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(example, found)

    before = int(time.time())
    address = urlsplit(found["connect_link"]("https://signpost.example", APP, KEY, "https://a.example/?b=c"))

    query = dict(parse_qsl(address.query))
    at, _, signature = query["connect"].partition(".")
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://signpost.example/showlogin"
    assert (query["app_id"], query["return_to"]) == (APP, "https://a.example/?b=c")
    assert before <= int(at) <= time.time()
    assert signature == platform_signature(signing_secret(KEY), APP, at)


def test_the_proof_to_check_ones_own_with_is_right() -> None:
    [(at, signature)] = re.findall(r"`([0-9]{10})\.([0-9a-f]{64})`", GUIDE)

    assert platform_signature(signing_secret("spck_example"), "bakery", at) == signature
