"""What this API's replies call its errors.

BadRequest   400  something is missing or not allowed; `errors` has a sentence for each
BadToken     403  no access token, an unknown or an expired one; or a wrong code or password
NothingFound 404  nothing of that id is the caller's
"""

from signpost.platform.errors import Forbidden, InvalidInput, NotFound


class BadRequest(InvalidInput):
    def __init__(self, *errors: str) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


class BadToken(Forbidden):
    code = "AuthException"

    def __init__(self) -> None:
        super().__init__("Incorrect code or access_token")


class NothingFound(NotFound):
    def __init__(self) -> None:
        super().__init__("not found")
