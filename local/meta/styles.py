"""The demo's accounts: what they post about, who comments, who follows. All of it is made up."""

from typing import Final

from local.meta.past import DELETED, Style, Theme

_FIRST: Final = (
    *("mia", "jonas", "lea", "oskar", "freja", "tilda", "noor", "emre", "ines", "paul", "yuki", "amara", "sven"),
    *("clara", "mateo", "aino", "luca", "hedda", "bruno", "saskia", "ole", "zofia", "niels", "ida", "kofi", "elin"),
    *("rasmus", "greta", "milan", "vera"),
)
_LAST: Final = ("bakes", "cooks", "_ried", ".on.bikes", "xo")
CAST: Final = (
    *(f"{first}{last}" if last[0] in "._" else f"{first}.{last}" for first in _FIRST for last in _LAST),
    DELETED,
)
SAID: Final = (
    "Looks so good 😍",
    "How long in the oven?",
    "Saving this for the weekend",
    "We had it on Saturday. Gone in ten minutes.",
    "Do you ship to Sweden?",
    "❤️❤️❤️",
    "That crust!",
    "My <b>favourite</b> so far & not even close",
    "Is this still available?",
    "Made it twice already 🙌",
    "Which flour do you use?",
    "Beautiful light in here",
    "@sam.cooks.demo look!",
    "Bestellt! Danke 🥖",
    "First try failed, second one worked. Thank you!",
)
ANSWERS: Final = ("Thank you!", "40 minutes, lid off for the last ten", "Yes, until Friday", "You made my day ☺️")

BAKERY: Final = Style(
    cast=CAST,
    said=SAID,
    answers=ANSWERS,
    themes=(
        Theme("Last week to order the autumn box, pick up on Saturday", ("loafbox", "bread"), 1.1, link="loaf-box"),
        Theme("The box is back: six loaves, one price", ("loafbox", "bread", "sourdough"), 1.15, link="loaf-box"),
        Theme(
            "Feed her twice and she will rise. The whole method is behind the link",
            ("sourdough", "howto"),
            1.3,
            1.2,
            "starter-guide",
        ),
        Theme("Plum tart, the recipe you asked for", ("recipe", "food"), 1.55, 1.6, "plum-tart"),
        Theme("Rye with caraway, first loaf of the week", ("bread", "rye")),
        Theme("Behind the counter at five in the morning", ("behindthescenes",), 0.75),
        Theme("Coffee in the mugs of our neighbours @kiln.and.clay.demo", ("food",), 0.8, link="mugs"),
        Theme("Inside this week: rye, spelt & walnut", ("bread", "loafbox")),
        Theme("The herbs on the sill are back 🌿", ("kitchen",), 0.7),
        Theme("Three ways to fold it. Which one is yours?", ("howto", "sourdough", "EatDifferent"), 1.25, 2.2),
        Theme("Nothing added, nothing taken away", ("eatdifferent", "Food"), 0.95),
        Theme("Grüße aus der Küche: 50 % mehr Körner <3", ("food", "Küche"), 0.9),
        Theme("Saturday workshop: two places left", ("workshop", "sourdough"), 0.95, 1.3, "workshop"),
        Theme("Cinnamon rolls <script>alert('too good')</script> 🍥", ("recipe", "bread"), 1.35, 1.2),
        Theme("Win a year of bread: tell us who you would share it with", ("giveaway",), 1.7, 7.0),
        Theme("Slow morning, fast hands", ("reels", "bread"), 1.05),
        Theme("New on the shelf: jam by @lena.paints.demo, paint on the label", ("food", "ed"), 0.85, link="shop"),
        Theme("Closed on Monday. We are at the mill", (), 0.6, 0.5),
    ),
    followers=(9_812, 24_318),
    audience={
        "age": {"13-17": 12, "18-24": 168, "25-34": 402, "35-44": 241, "45-54": 112, "55-64": 46, "65+": 19},
        "gender": {"F": 668, "M": 291, "U": 41},
        "country": {"DK": 438, "SE": 171, "DE": 148, "NO": 71, "GB": 52, "US": 48, "NL": 31, "FR": 22, "PL": 19},
        "city": {
            "Copenhagen, Capital Region": 281,
            "Malmö, Skåne": 92,
            "Aarhus, Central Denmark": 74,
            "Lund, Skåne": 41,
            "Berlin, Berlin": 38,
            "Hamburg, Hamburg": 29,
            "Odense, Southern Denmark": 27,
            "Kiel, Schleswig-Holstein": 21,
            "Oslo, Oslo": 19,
        },
    },
)
POTTERY: Final = Style(
    cast=CAST,
    said=SAID,
    answers=ANSWERS,
    themes=(
        Theme(
            "Kiln opening on Sunday at ten, one link, no queue", ("kilnopening", "ceramics"), 1.45, 1.8, "kiln-opening"
        ),
        Theme("Moss glaze, third test. We are close", ("glaze", "ceramics"), 1.15, 1.4),
        Theme("Mugs for @nora.bakes.demo, 120 of them", ("mugs", "stoneware")),
        Theme("Trimming, ten minutes, no cuts", ("reels", "wheelthrown"), 1.2),
        Theme("What comes out when the cone bends too early", ("kiln", "studio"), 0.85, 1.5),
        Theme("Seconds sale: small flaws & small prices", ("sale", "stoneware"), 1.3, 1.2, "seconds"),
        Theme("A vase for one branch", ("vase", "ceramics"), 0.95),
        Theme("Clay day. Everything else can wait", ("studio",), 0.75),
        Theme("Wheel course in spring: dates are out", ("workshop", "wheelthrown"), 0.9, 1.1, "wheel-course"),
        Theme("Packing 🧻📦🚲", ("studio", "behindthescenes"), 0.65, 0.6),
    ),
    followers=(3_140, 8_906),
    audience={
        "age": {"18-24": 121, "25-34": 356, "35-44": 287, "45-54": 143, "55-64": 66, "65+": 27},
        "gender": {"F": 731, "M": 224, "U": 45},
        "country": {"DE": 402, "AT": 121, "CH": 96, "DK": 88, "US": 72, "GB": 61, "NL": 44},
        "city": {"Kiel, Schleswig-Holstein": 151, "Hamburg, Hamburg": 122, "Berlin, Berlin": 98, "Vienna, Vienna": 61},
    },
    posts=505,
    story_viewers=(611, 702),
)
