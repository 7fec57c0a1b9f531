"""Formatted text of the sandbox's Telegram: tags, offsets, what is found by itself, and the refusals."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.telegram.entities import format_text
from bot.sandbox.telegram.errors import ApiError


def person(person_id: int) -> dict[str, Any] | None:
    return {"id": person_id, "is_bot": False, "first_name": "Оксана"} if person_id == 1001 else None


def html(source: str) -> tuple[str, list[tuple[str, int, int]]]:
    formatted = format_text(source, "HTML", person=person)
    return formatted.text, [(e["type"], e["offset"], e["length"]) for e in formatted.as_json(person)]


def refusal(source: str, parse_mode: str = "HTML", entities: object = None) -> str:
    with pytest.raises(ApiError) as caught:
        format_text(source, parse_mode, entities, person=person)
    assert caught.value.code == 400
    return caught.value.description.removeprefix("Bad Request: ")


def test_nested_tags_become_nested_entities() -> None:
    assert html("<b>a <i>b</i></b> <u>c</u><s>d</s>") == (
        "a b cd",
        [("bold", 0, 3), ("italic", 2, 1), ("underline", 4, 1), ("strikethrough", 5, 1)],
    )


def test_offsets_count_utf16_units() -> None:
    assert html("😀<b>👨‍👩‍👧</b>") == ("😀👨‍👩‍👧", [("bold", 2, 8)])


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("<blockquote>x</blockquote>", "blockquote"),
        ("<blockquote expandable>x</blockquote>", "expandable_blockquote"),
        ("<tg-spoiler>x</tg-spoiler>", "spoiler"),
        ('<span class="tg-spoiler">x</span>', "spoiler"),
        ("<code>x</code>", "code"),
        ("<pre>x</pre>", "pre"),
        ("<STRONG>x</STRONG>", "bold"),
        ("<del>x</del>", "strikethrough"),
        ("<em>x</em>", "italic"),
    ],
)
def test_each_tag_has_its_entity(source: str, kind: str) -> None:
    assert html(source) == ("x", [(kind, 0, 1)])


def test_a_link_to_a_known_person_is_a_mention_and_to_an_unknown_one_is_plain_text() -> None:
    formatted = format_text(
        '<a href="tg://user?id=1001">Оксана</a> <a href="tg://user?id=9">Хтось</a>', "HTML", person=person
    )
    assert formatted.as_json(person) == [{"type": "text_mention", "offset": 0, "length": 6, "user": person(1001)}]


def test_a_link_keeps_its_url_and_gets_a_scheme() -> None:
    formatted = format_text("<a href='example.com?a=1&amp;b=2'>тут</a>", "HTML", person=person)
    assert formatted.as_json(person) == [
        {"type": "text_link", "offset": 0, "length": 3, "url": "http://example.com?a=1&b=2"}
    ]


def test_code_in_pre_carries_its_language() -> None:
    formatted = format_text('<pre><code class="language-sql">select 1</code></pre>', "HTML", person=person)
    assert formatted.as_json(person) == [{"type": "pre", "offset": 0, "length": 8, "language": "sql"}]


def test_references_are_decoded_and_unknown_ones_stay() -> None:
    assert html("&lt;b&gt; &amp;amp; &quot;&#1030;&#x407;&nbsp;")[0] == '<b> &amp; "ІЇ&nbsp;'


def test_bold_is_cut_at_a_link_inside_it() -> None:
    assert html("<b>see <a href='https://x.ua/'>it</a> now</b>")[1] == [
        ("bold", 0, 4),
        ("text_link", 4, 2),
        ("bold", 4, 2),
        ("bold", 7, 3),
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<i><b>a</b>", 'Can\'t find end tag corresponding to start tag "i"'),
        ("<x>a</x>", 'Unsupported start tag "x" at byte offset 0'),
        ("ї<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("2 < 3", 'Unsupported start tag "" at byte offset 2'),
        ("2 <3", "Unclosed start tag at byte offset 2"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<a href>x</a ", "Unclosed end tag at byte offset 9"),
        ("<a =1>x</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=a/b>x</a>", "Unexpected end of name token at byte offset 8"),
        ("<a href='x>y</a>", "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(source: str, words: str) -> None:
    assert refusal(source) == f"can't parse entities: {words}"


@pytest.mark.parametrize("source", ["   ", "<b></b>", "<b> \n</b>", "\u200b\ufeff", "\r\r", "\u202e"])
def test_text_that_shows_nothing_is_refused(source: str) -> None:
    assert refusal(source) == "text must be non-empty"


def test_other_modes_are_refused_clearly() -> None:
    assert refusal("*a*", "MarkdownV2") == "the sandbox understands parse_mode HTML and entities, not MarkdownV2"
    assert refusal("a", "rtf") == "unsupported parse_mode"


def test_lone_surrogates_and_huge_sources_are_refused() -> None:
    assert refusal("a\ud800", "") == "strings must be encoded in UTF-8"
    assert "invalid Unicode characters" in refusal("&#xd800;")
    assert refusal("<b>" + "ї" * 17_000 + "</b>") == "text is too long"


def test_text_is_trimmed_and_cleaned_and_entities_move_with_it() -> None:
    assert html(" \n a\r\n\x00<b> b </b> ") == ("a\n  b", [("bold", 4, 1)])
    assert html("a\u202e\u0333<i>b</i>") == ("ab", [("italic", 1, 1)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@oksana_demo", [("mention", 0, 12)]),
        ("привіт, @oksana_demo!", [("mention", 8, 12)]),
        ("лист@oksana_demo", []),
        ("@abc", []),
        ("@oksana_demoї", []),
        ("/queue", [("bot_command", 0, 6)]),
        ("/queue@vidhuk_demo_bot зараз", [("bot_command", 0, 22)]),
        ("a/queue //x </y>", []),
        ("#зв'язок #5 #київ2", [("hashtag", 0, 3), ("hashtag", 12, 6)]),
        ("kyivstar.ua, дивись", [("url", 0, 11)]),
        ("(https://uk.wikipedia.org/wiki/Зв_(a))", [("url", 1, 36)]),
        ("http://127.0.0.1:8080/forum/", [("url", 0, 28)]),
        ("v1.2.3 о 12.30 файл.txtx", []),
        ("help@example.com", [("email", 0, 16)]),
        ("+380 67 123-45-67", [("phone_number", 0, 17)]),
        ("0671234567", []),
        ("$USD", [("cashtag", 0, 4)]),
        ("https://t.me/oksana_demo", [("url", 0, 24)]),
    ],
)
def test_telegram_finds_by_itself(text: str, found: list[tuple[str, int, int]]) -> None:
    formatted = format_text(text, person=person)
    assert [(e["type"], e["offset"], e["length"]) for e in formatted.as_json(person)] == found


@pytest.mark.parametrize("wrapped", ["<code>@oksana_demo</code>", "<pre>/queue</pre>", "@\u200boksana_demo"])
def test_nobody_is_pinged_from_code_or_from_a_broken_name(wrapped: str) -> None:
    kinds = {kind for kind, _, _ in html(wrapped)[1]}
    assert not kinds & {"mention", "bot_command"}


def test_a_quoted_name_still_pings() -> None:
    assert html("<blockquote>@oksana_demo</blockquote>")[1] == [("blockquote", 0, 12), ("mention", 0, 12)]


def test_entities_instead_of_tags() -> None:
    given: list[object] = [
        {"type": "bold", "offset": 2, "length": 1},
        {"type": "mention", "offset": 0, "length": 2},
        {"type": "text_mention", "offset": 3, "length": 1, "user": {"id": 1001}},
    ]
    formatted = format_text("😀ab", "", given, person=person)
    assert [(e["type"], e["offset"]) for e in formatted.as_json(person)] == [("bold", 2), ("text_mention", 3)]


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        ({"type": "bold", "offset": 1, "length": 1}, "entity begins in a middle of a UTF-16 symbol"),
        ({"type": "bold", "offset": 0, "length": 9}, "entity ends after the end of the text"),
        ({"type": "neon", "offset": 0, "length": 2}, "can't parse MessageEntity: Unsupported type specified"),
        ({"type": "bold", "length": 2}, 'can\'t parse MessageEntity: Field "offset" must be of type Number'),
        ("bold", "can't parse MessageEntity: expected an Object"),
    ],
)
def test_wrong_entities_are_refused(entity: object, words: str) -> None:
    assert refusal("😀ab", "", [entity]).startswith(words)


TAGS = [
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<code>",
    "</code>",
    "<pre>",
    "</pre>",
    "<blockquote expandable>",
    "</blockquote>",
]
LINKS = ["<a href='https://x.ua/'>", '<a href="tg://user?id=1001">', "</a>", "@oksana_demo", "/queue", "x.ua", "#їж"]
SIGNS = ["😀", "ї", " ", "\n", "\r", "\u202e", "&lt;", "&#128512;", "&", "<", ">", "+380671234567"]
SOURCES = st.lists(st.sampled_from(TAGS + LINKS + SIGNS), max_size=25).map("".join)


@settings(max_examples=300, deadline=None)
@given(SOURCES)
def test_whatever_comes_is_refused_or_has_sound_entities(source: str) -> None:
    try:
        formatted = format_text(source, "HTML", person=person)
    except ApiError:
        return
    units = formatted.text.encode("utf-16-le")
    assert formatted.text == formatted.text.strip(" \n") or formatted.spans
    for entity in formatted.as_json(person):
        inside = units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])]
        assert inside.decode("utf-16-le")
        assert len(inside) == 2 * entity["length"] > 0
