"""Why an upload is refused, and what to do about it."""

from enum import Enum


class Refusal(Enum):
    """The code for programs is the value's first part, the sentence for people its second."""

    EMPTY = "empty", "The file is empty. Download the export from Instagram again."
    NOT_AN_EXPORT = (
        "not_an_export",
        "This is not an export. Upload the zip from Instagram, or followers_1.json and following.json from it.",
    )
    CUT_OFF = "cut_off", "The zip ends too early. Download it from Instagram again."
    DAMAGED = "damaged", "The zip is damaged. Download it from Instagram again."
    PASSWORD = "password", "The zip has a password. Upload the one that Instagram made."
    TOO_LARGE = (
        "too_large",
        "The file is larger than 500 MB. Ask Instagram for an export of “Followers and following” only.",
    )
    TOO_MANY_FILES = (
        "too_many_files",
        "The zip has more than 50,000 files. Ask Instagram for an export of “Followers and following” only.",
    )
    UNPACKS_TOO_LARGE = (
        "unpacks_too_large",
        "The zip unpacks to far more than an export has. Upload the one that Instagram made.",
    )
    TOO_MANY_ACCOUNTS = "too_many_accounts", "The lists have more than 1,000,000 accounts, which is the limit."
    ZIP_IN_ZIP = "zip_in_zip", "The zip contains another zip. Upload the inner one."
    FACEBOOK = "facebook", "This is an export from Facebook. Ask Instagram for one, with “Followers and following”."
    NOTHING_FOUND = (
        "nothing_found",
        "The zip has no followers. Ask Instagram for an export with “Followers and following”, for all time, as JSON.",
    )
    NOTHING_READ = (
        "nothing_read",
        "No list could be read. Ask Instagram for an export with “Followers and following”, for all time, as JSON.",
    )
    SOMEBODY_ELSE = (
        "somebody_else",
        "This export belongs to another account. If the account was renamed, ask Instagram for a new export.",
    )
    TOO_MANY_UPLOADS = "too_many_uploads", "Too many files were uploaded for one import. Upload the zip instead."

    @property
    def code(self) -> str:
        return self.value[0]

    @property
    def sentence(self) -> str:
        return self.value[1]


class Unread(Enum):
    """Why one file is not used. The value completes a sentence that begins with the file's name."""

    CUT_OFF = "ends too early"
    NOT_JSON = "is not JSON"
    NOT_HTML = "is not a page of an export"
    DAMAGED = "is damaged"
    UNKNOWN_PACKING = "is compressed in a way that is not supported"
    NO_LIST = "has no list of followers or followed accounts"
    NO_NAMES = "has no usernames"
    OUTSIDE = "has a path that leads out of the zip"
    LINK = "is a link to another file"
    TWICE = "is there twice, with different content"
    MISSING = "is missing, so its list is not complete"


class NotUnderstood(Exception):
    """A single file cannot be read."""

    def __init__(self, reason: Unread) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ExportRefused(Exception):
    """The upload is refused. `files`: those that were opened and not understood, with the reasons."""

    def __init__(self, refusal: Refusal, files: tuple[tuple[str, Unread], ...] = ()) -> None:
        super().__init__(refusal.sentence)
        self.refusal, self.files = refusal, files
