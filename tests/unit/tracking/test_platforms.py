import pytest

from signpost.tracking.platforms import detect

ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Instagram 339.0"
WINDOWS_PHONE = (
    "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (like iPhone) Edge/15"
)
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
IPAD_IN_APP = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "Instagram 339.0.0.12.90 (iPad7,2; iPadOS 17_5; en_US; en; scale=2.00; 750x1334)"
)


@pytest.mark.parametrize(
    ("hint", "agent", "platform"),
    [
        ("", ANDROID, "Android"),
        ("", IPHONE, "IPhone"),
        ("", WINDOWS_PHONE, "WindowsPhone"),
        ("", DESKTOP, "other"),
        ("", IPAD, "other"),
        ("", IPAD_IN_APP, "other"),
        ('"iOS"', IPAD_IN_APP, "other"),
        ("", "", "other"),
        ('"Android"', DESKTOP, "Android"),
        ('"Linux"', DESKTOP, "other"),
        ('"iOS"', IPHONE, "IPhone"),
        ('"', ANDROID, "Android"),
    ],
)
def test_the_platform_is_read_from_the_browsers_headers(hint: str, agent: str, platform: str) -> None:
    assert detect(hint, agent) == platform
