import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.instagram.tags import hashtags, is_wanted, normal


@pytest.mark.parametrize(
    ("caption", "found"),
    [
        ("", ()),
        ("no tag", ()),
        ("#food", ("food",)),
        ("Lunch #Food, #eat_different! #2026.", ("food", "eat_different", "2026")),
        ("#food #FOOD #Food", ("food",)),
        ("#a#b#c", ("a", "b", "c")),
        ("##food # food #", ("food",)),
        ("C#sharp room#5 https://e.com/#top &#39;", ()),
        ("(#food)\n#trees\t#sky", ("food", "trees", "sky")),
        ("#street-food", ("street",)),
        ("#food🍕 #🍕", ("food",)),
        ("#___ #_a", ("_a",)),
        ("#MÜNCHEN #Straße", ("münchen", "strasse")),
        ("#食べ物 \uff03日本", ("食べ物", "日本")),
        ("#еда #طعام #אוכל", ("еда", "طعام", "אוכל")),
        ("#हिन्दी #ไทย", ("हिन्दी", "ไทย")),
        ("#می‌خواهم", ("می‌خواهم",)),
        ("#cafe\u0301", ("café",)),
    ],
)
def test_tags_of_a_caption(caption: str, found: tuple[str, ...]) -> None:
    assert hashtags(caption) == found


@given(st.text(alphabet=st.sampled_from("aÄß#\uff03_ /&5\u0301\u200c🍕")))
def test_every_tag_is_in_its_normal_form(caption: str) -> None:
    for tag in hashtags(caption):
        assert tag
        assert normal(tag) == tag
        assert not set(tag) & set("#\uff03 /&🍕")


@pytest.mark.parametrize(
    ("caption", "import_tags", "wanted"),
    [
        ("Salad #ED", ("ed",), True),
        ("Salad #ed", ("ED", "eatdifferent"), True),
        ("Salad #EatDifferent", ("ed", "#eatdifferent"), True),
        ("Salad #eds", ("ed",), False),
        ("ed without a sign", ("ed",), False),
        ("", ("ed",), False),
        ("anything", (), True),
        ("", (), True),
        ("anything", ("", " #"), True),
        ("#CAFÉ", ("cafe\u0301",), True),
    ],
)
def test_a_post_is_wanted_for_its_tags_whatever_their_case(
    caption: str, import_tags: tuple[str, ...], wanted: bool
) -> None:
    assert is_wanted(caption, import_tags) is wanted
