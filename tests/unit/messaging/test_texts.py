"""What people read on their phones."""

import pytest

from signpost.messaging import texts
from signpost.messaging.names import LONGEST_USERNAME

LINK = "https://signpost.example/invite/" + "x" * 28
LONGEST_SMS = 160


def test_the_texts() -> None:
    assert texts.code_sms("1234") == "Signpost code: 1234"
    assert texts.app_link_sms("https://x.example") == "Download Signpost: https://x.example"
    assert texts.message_push("Mum", is_group=False) == "Mum sent you a message"
    assert texts.message_push("Mum", is_group=True) == "Mum sent a message"
    assert texts.text_push("Mum", "Dinner\nis ready") == "Mum: Dinner is ready"
    assert texts.joined_push("Mum") == "Mum just joined"
    assert texts.unseen_subject("Mum") == "Mum sent you a message on Signpost"
    assert texts.SEND_FAILED == "Message send failed. Please retry."
    assert (
        texts.invite_sms("nora", "https://x.example", with_conversation=True)
        == "nora sent you a video message and is waiting. Download Signpost: https://x.example"
    )
    assert (
        texts.invite_sms("nora", "https://x.example", with_conversation=False)
        == "nora wants to send you messages. Download Signpost: https://x.example"
    )


@pytest.mark.parametrize("with_conversation", [True, False])
def test_an_invite_is_one_sms(with_conversation: bool) -> None:
    text = texts.invite_sms("n" * LONGEST_USERNAME, LINK, with_conversation=with_conversation)

    assert len(LINK) == 60
    assert len(text) <= LONGEST_SMS
    assert text.isascii()


def test_names_and_messages_are_cut_and_stay_in_one_line() -> None:
    name = "Nora\r\nBcc: all@example.com " + "x" * 1000

    assert texts.unseen_subject(name) == f"Nora Bcc: all@example.com {'x' * 14} sent you a message on Signpost"
    assert len(texts.text_push(name, "x" * 10_000)) == 40 + 2 + 200
