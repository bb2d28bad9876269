"""Stream events of made-up clicks, the same in every run, as Lambda passes them to click_rollup."""

import json
import random
import time
from pathlib import Path
from typing import Any

from signpost.platform.ids import ulid

CLICKS, BATCH, CAMPAIGNS = 10_000, 1_000, 20
_BUCKETS = 10
_FIRST_CAMPAIGN = 373_474_087_649_962
_FIRST_SEQUENCE = 4_421_584_500_000_000_017_450_439_091
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AGENTS = 400
_BOTS = (
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Twitterbot/1.0",
    "WhatsApp/2.24.20.89 A",
)
_PHONES = ("SM-S921B", "SM-A546E", "Pixel 8", "Pixel 9 Pro", "2312DRA50G", "CPH2591", "moto g54 5G", "V2250")
_COUNTRIES = (
    *("DE", "US", "FR", "GB", "IT", "ES", "NL", "AT", "CH", "PL", "BR", "IN", "JP", "SE", "TR", "MX", "CA", "AU", "BE"),
    *("CZ", "DK", "FI", "GR", "HU", "IE", "ID", "IL", "KR", "NO", "NZ", "PH", "PT", "RO", "SG", "TH", "UA", "VN", "ZA"),
)
_REFERRERS = (
    "https://l.instagram.com/",
    "https://www.instagram.com/",
    "android-app://com.instagram.android/",
    "https://t.co/abc",
    "https://www.google.com/",
    "https://lm.facebook.com/l.php",
    *(
        f"https://www.blog-about-{subject}.example/{subject}/2026"
        for subject in ("food", "art", "travel", "yoga", "cars")
    ),
    *(f"https://{word}.substack.example/p/letter" for word in ("weekly", "daily", "sunday", "northern", "quiet")),
)
_SOURCES = ("story", "bio", "post", "reel", "newsletter", "flyer", "podcast", "autumn-sale", "spring-sale", "qr-poster")


def write(file: Path, now: float) -> None:
    """Write a JSON array of events. All clicks have the time `now`."""
    maker = random.Random(2026)
    agents = _agents(maker)
    weights = [1 / rank for rank in range(1, len(agents) + 1)]  # a few agents make most of the clicks
    records = [
        _record(maker, number, int(now), agent, _FIRST_CAMPAIGN + maker.randrange(CAMPAIGNS))
        for number, agent in enumerate(maker.choices(agents, weights, k=CLICKS))
    ]
    batches = [records[start : start + BATCH] for start in range(0, CLICKS, BATCH)]
    file.write_text(json.dumps([{"shardId": "shardId-00000001", "state": {}, "Records": batch} for batch in batches]))


def _record(maker: random.Random, number: int, now: int, agent: str, campaign: int) -> dict[str, Any]:
    platform = "IPhone" if "iPhone" in agent else "Android" if "Android" in agent else "other"
    hour = time.strftime("%Y-%m-%dT%H", time.gmtime(now))
    image: dict[str, Any] = {
        "partition": {"S": f"{campaign}#{hour}#{maker.randrange(_BUCKETS)}"},
        "click": {"S": ulid(now)[:10] + "".join(maker.choices(_LETTERS, k=16))},
        "platform": {"S": platform},
        "agent": {"S": agent},
        "country": {"S": maker.choice(_COUNTRIES)},
        "ttl": {"N": str(now + 90 * 86_400)},
    }
    if maker.random() < 0.8:
        image["referrer"] = {"S": maker.choice(_REFERRERS)}
    if maker.random() < 0.5:
        image["source"] = {"S": maker.choice(_SOURCES)}
    return {
        "eventID": f"{number:032x}",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": now,
            "Keys": {name: image[name] for name in ("partition", "click")},
            "NewImage": image,
            "SequenceNumber": str(_FIRST_SEQUENCE + 7 * number),
            "SizeBytes": 352,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/Clicks/stream/2026-11-21T06:58:12.345",
    }


def _agents(maker: random.Random) -> list[str]:
    """Distinct agents of phones and computers, with a bot in every twenty-five."""
    agents: dict[str, None] = {}
    while len(agents) < _AGENTS:
        if len(agents) % 25 == 24 and len(agents) // 25 < len(_BOTS):
            agents[_BOTS[len(agents) // 25]] = None
        agents[maker.choices((_iphone, _instagram, _android, _desktop), (4, 4, 3, 2))[0](maker)] = None
    return list(agents)


def _iphone(maker: random.Random) -> str:
    major, minor = maker.randint(15, 19), maker.randint(0, 7)
    return (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS {major}_{minor} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        f"Version/{major}.{minor} Mobile/15E148 Safari/604.1"
    )


def _instagram(maker: random.Random) -> str:
    major, minor, app = maker.randint(15, 19), maker.randint(0, 7), maker.randint(300, 390)
    return (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS {major}_{minor} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        f"Mobile/15E148 Instagram {app}.0.0.{maker.randint(10, 60)}.90 (iPhone15,2; iOS {major}_{minor}; de_DE; de)"
    )


def _android(maker: random.Random) -> str:
    return (
        f"Mozilla/5.0 (Linux; Android {maker.randint(10, 16)}; {maker.choice(_PHONES)}) AppleWebKit/537.36 "
        f"(KHTML, like Gecko) Chrome/{maker.randint(110, 142)}.0.0.0 Mobile Safari/537.36"
    )


def _desktop(maker: random.Random) -> str:
    system = maker.choice(("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"))
    version = maker.randint(110, 142)
    if maker.random() < 0.3:
        return f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
