from hypothesis import given, settings
from hypothesis import strategies as st

from local.meta.errors import MetaError
from local.meta.graph.fields import Field, parse
from local.meta.graph.render import unparse

NAMES = st.from_regex(r"[a-z_0-9]+", fullmatch=True)
FIELDS = st.recursive(
    st.builds(Field, NAMES, st.dictionaries(NAMES, st.from_regex(r"[a-z0-9,]*", fullmatch=True), max_size=2)),
    lambda inner: st.builds(
        lambda name, inside: Field(name, {}, tuple(inside)), NAMES, st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def test_fields_nest_and_take_arguments() -> None:
    found = parse("id, media.limit(2).after(abc){caption,children{id}},insights.metric(reach,views)")
    assert found == (
        Field("id"),
        Field("media", {"limit": "2", "after": "abc"}, (Field("caption"), Field("children", {}, (Field("id"),)))),
        Field("insights", {"metric": "reach,views"}),
    )


@settings(max_examples=50)
@given(st.lists(FIELDS, min_size=1, max_size=4).map(tuple))
def test_fields_can_be_written_and_read_again(fields: tuple[Field, ...]) -> None:
    assert parse(unparse(fields)) == fields


@given(st.text(max_size=20))
def test_any_other_text_is_metas_syntax_error(text: str) -> None:
    try:
        parse(text)
    except MetaError as error:
        assert error.code == 2500  # noqa: PT017 - most texts are refused, some are not
