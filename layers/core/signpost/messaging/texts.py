"""All texts that are sent: SMS, pushes, and the subjects of e-mails.

Names come from people, so they are cut and put into one line. An SMS goes to somebody who may not know us: its sender
is a username, which cannot contain a link, and the whole is one SMS, as long as the link has at most 60 characters.
"""

from typing import Final

from signpost.messaging.names import cut, one_line

LONGEST_ALIAS: Final = 40  # characters that a phone's lock screen shows
LONGEST_EXCERPT: Final = 200  # characters of a message; a push may have 4 KB
SEND_FAILED: Final = "Message send failed. Please retry."
WELCOME_NAME: Final = "Signpost"
WELCOME: Final = "Welcome to Signpost! Send your friends a video, and they will find it here."
RESET_SUBJECT: Final = "Signpost password change"


def code_sms(digits: str) -> str:
    return f"Signpost code: {digits}"


def reset_mail(link: str) -> str:
    return (
        "Somebody, probably you, wants to choose a new password for your account at Signpost.\n\n"
        f"Choose it here within an hour:\n{link}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n"
    )


def app_link_sms(link: str) -> str:
    return f"Download Signpost: {link}"


def invite_sms(username: str, link: str, *, with_conversation: bool) -> str:
    """To somebody who has been invited, with a conversation that waits for them or without."""
    wish = "sent you a video message and is waiting" if with_conversation else "wants to send you messages"
    return f"{username} {wish}. {app_link_sms(link)}"


def message_push(alias: str, *, is_group: bool) -> str:
    return f"{_short(alias)} sent a message" if is_group else f"{_short(alias)} sent you a message"


def text_push(alias: str, text: str) -> str:
    """What Android shows of a text message."""
    return f"{_short(alias)}: {cut(one_line(text), LONGEST_EXCERPT)}"


def joined_push(alias: str) -> str:
    return f"{_short(alias)} just joined"


def unseen_subject(alias: str) -> str:
    """Of the e-mail to somebody who has not been here for a week."""
    return f"{_short(alias)} sent you a message on Signpost"


def unseen_email(alias: str, link: str) -> str:
    return (
        f"{_short(alias)} sent you a message on Signpost. It waits for you in the app: {link}\n\n"
        "We write this only once.\n"
    )


def _short(alias: str) -> str:
    return cut(one_line(alias), LONGEST_ALIAS)
