import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.platform.basic_auth import AdminCredentials, check
from signpost.platform.errors import NotAuthenticated

EXPECTED = AdminCredentials("admin", "Cörrect:horse")


def header(text: str, scheme: str = "Basic") -> str:
    return f"{scheme} " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_right_credentials_pass(scheme: str) -> None:
    check(header("admin:Cörrect:horse", scheme), EXPECTED)


@pytest.mark.parametrize(
    "given_header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer " + base64.b64encode(b"admin:C\xc3\xb6rrect:horse").decode(),
        header("admin:wrong"),
        header("Admin:Cörrect:horse"),
        header("admin:cörrect:horse"),
        header("admin"),
        header(":"),
    ],
)
def test_any_other_header_does_not(given_header: str | None) -> None:
    with pytest.raises(NotAuthenticated, match="Missing or wrong credentials"):
        check(given_header, EXPECTED)


@pytest.mark.parametrize(
    "unset", [AdminCredentials("", ""), AdminCredentials("admin", ""), AdminCredentials("", "secret")]
)
def test_unset_credentials_let_nobody_pass(unset: AdminCredentials) -> None:
    for text in (":", "admin:", ":secret"):
        with pytest.raises(NotAuthenticated):
            check(header(text), unset)
    with pytest.raises(NotAuthenticated):
        check(None, unset)


@given(st.text())
def test_any_text_is_refused_in_the_same_way(text: str) -> None:
    with pytest.raises(NotAuthenticated):
        check(text, EXPECTED)
