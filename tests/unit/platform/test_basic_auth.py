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
def test_anything_else_does_not(given_header: str | None) -> None:
    with pytest.raises(NotAuthenticated, match="Missing or wrong credentials"):
        check(given_header, EXPECTED)


@pytest.mark.parametrize(
    "unset", [AdminCredentials("", ""), AdminCredentials("admin", ""), AdminCredentials("", "secret")]
)
def test_credentials_that_were_never_set_let_nobody_pass(unset: AdminCredentials) -> None:
    for text in (":", "admin:", ":secret"):
        with pytest.raises(NotAuthenticated):
            check(header(text), unset)
    with pytest.raises(NotAuthenticated):
        check(None, unset)


@given(st.text())
def test_no_header_makes_it_fail_in_another_way(text: str) -> None:
    with pytest.raises(NotAuthenticated):
        check(text, EXPECTED)
