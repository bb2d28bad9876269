"""The shape of the tracker's errors."""

from typing import Literal

from pydantic import BaseModel

from signpost.platform.http import Reply, json_reply


class ErrorReply(BaseModel):
    status: Literal["error"]
    msg: str


def error_body(_code: str, message: str) -> dict[str, object]:
    return {"status": "error", "msg": message}


def not_authenticated(message: str) -> Reply:
    return json_reply(401, error_body("", message), {"www-authenticate": 'Basic realm="Signpost"'})
