"""What no output of a test may contain: secrets anywhere, and in log lines what is personal.

Personal are phone numbers, e-mail addresses, codes, access tokens and what people write. Numbers, addresses, codes and
tokens are known by their form; what people write in a test is told here with `never_logged`.
"""

import re
from typing import Final

# Tokens and codes of the stand-in for Meta, and the secrets of its apps.
_SECRET: Final = re.compile(
    r"(?:EAA|IGAA)P?[0-9a-f]{120}|\bAQ[\w-]{80}\b|local-(?:facebook|instagram)-app-secret|local-verify-token"
)
# A function's own line, or the same as the local stack prints it.
_LOG_LINE: Final = re.compile(r'^\s*\{.*"level":|^\[\w+\] (?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b')
_PERSONAL: Final = {
    "a phone number": re.compile(r"(?<![\w.])\+\d{8,15}\b"),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b"),
    "a code": re.compile(r"\bcode: \d{4}\b|\"(?:code|verification_code)\": \"?\d{4}\b"),
    "an access token": re.compile(r"(?<![\w/+=-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{43}(?![\w/+=-])"),
    "something personal": re.compile(r"\"(?:phone|email|password|access_token|push_token|alert)\": \"[^\"*]"),
}
_SHORTEST: Final = 4  # shorter texts are in other words, too
_written: set[str] = set()


def never_logged(*texts: str) -> None:
    """From now on, a log line with one of these texts fails its test."""
    _written.update(text for text in texts if len(text) >= _SHORTEST)


def leak(output: str) -> str:
    """What the output should not contain, in words, with the beginning of it; empty if there is nothing."""
    if found := _SECRET.search(output):
        return f"a token, a code or a secret: {found[0][:6]}…"
    for line in filter(_LOG_LINE.search, output.splitlines()):
        for what, pattern in _PERSONAL.items():
            if found := pattern.search(line):
                return f"{what}, in a log line: {found[0][:6]}…"
        for text in _written:
            if text in line:
                return f"what somebody wrote, in a log line: {text[:6]}…"
    return ""
