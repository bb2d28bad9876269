import pytest

from signpost.messaging.user_agents import device_of, platform_of


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPad; CPU OS 6_0 like Mac OS X) AppleWebKit/536.26 (KHTML, like Gecko) Version/6.0", "ipad"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "iphone"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Instagram 339.0 (iPad7,2; iPadOS 17_5)", "ipad"),
        ("Mozilla/5.0 (iPod touch; CPU iPhone OS 12_0 like Mac OS X)", "iphone"),
        ("Mozilla/5.0 (Linux; U; Android 4.0.3; ko-kr; LG-L160L) AppleWebKit/534.30 Mobile Safari/534.30", "android"),
        ("Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) (like iPhone) Edge/15", None),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36", None),
        ("", None),
    ],
)
def test_ac_c47_a_browser_tells_the_device(agent: str, device: str | None) -> None:
    assert device_of(agent) == device


@pytest.mark.parametrize(
    ("named", "platform"),
    [
        ("ios", "ios"),
        ("iPhone", "ios"),
        ("Android ", "android"),
        ("web", "general"),
        ("", "general"),
        (None, "general"),
    ],
)
def test_a_device_that_says_nothing_is_general(named: str | None, platform: str) -> None:
    assert platform_of(named) == platform
