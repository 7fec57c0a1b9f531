"""HTML is read as a person reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from bot.sources.text import excerpt, readable


def read(html: str) -> str:
    body = LexborHTMLParser(f"<div id=x>{html}</div>").css_first("#x")
    assert body is not None
    return readable(body, base_url="https://forum.example/f/showthread.php?tid=1", smilies={"Sad": "🙁"})


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Рядок<br />\nдругий", "Рядок\nдругий"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("<p>один</p><p>два</p>", "один\n\nдва"),
        ("&lt;b&gt;тег&lt;/b&gt; &amp; &nbsp; «лапки»", "<b>тег</b> & «лапки»"),
        ('лють <img src="/e.png" alt="😡"> !', "лють 😡 !"),
        ('сум <img class="smilie smilie_8" alt="Sad">', "сум 🙁"),
        ('<img alt="Sad">', "Sad"),
        ("чуже<blockquote>цитата<blockquote>ще</blockquote></blockquote>своє", "чуже\nсвоє"),
        (
            '<a href="https://a.example/x?b=1&amp;c=2">https://a.example/x?b=1&amp;c=2</a>',
            "https://a.example/x?b=1&c=2",
        ),
        (
            '<a href="http://a.example/aaaaaaaaaaaa/end">http://a.example/aaa...a/end</a>',
            "http://a.example/aaaaaaaaaaaa/end",
        ),
        ('<a href="http://www.kyivstar.example">www.kyivstar.example</a>', "www.kyivstar.example"),
        ('<a href="page.php?x=1">тут</a>', "тут (https://forum.example/f/page.php?x=1)"),
        ('<a href="https://evil.example/">https://bank.example</a>', "https://bank.example (https://evil.example/)"),
        ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
        ('<a href="javascript:alert(1)">тиць</a>', "тиць"),
        ('<a href="http://[::1/">зламане</a>', "зламане"),
        ('<a href="https://a.example/"><img alt="фото"></a>', "фото (https://a.example/)"),
        ("<script>alert(1)</script><style>b{}</style>текст", "текст"),
        ("<ul><li>раз</li><li>два</li></ul>", "раз\n\nдва"),
        ("сім'я 👨‍👩‍👧 разом", "сім'я 👨‍👩‍👧 разом"),
        ("", ""),
    ],
)
def test_what_a_person_reads(html: str, text: str) -> None:
    assert read(html) == text


def test_ten_thousand_nested_tags_are_read() -> None:
    assert read("<b>" * 10_000 + "глибоко") == "глибоко"


def test_ten_thousand_links_are_read() -> None:
    assert read('<a href="/x">y</a> ' * 10_000).startswith("y (https://forum.example/x)")


@given(st.text(), st.integers(0, 40))
def test_no_html_raises(text: str, cut: int) -> None:
    html = '<p>a<br><a href="/x">y</a><blockquote>z</blockquote><img alt=q></p>'
    assert isinstance(read((html[:cut] + text + html[cut:]).encode("utf-8", "replace").decode()), str)


def test_an_excerpt_is_cut_between_words() -> None:
    assert excerpt("коротко", 20) == "коротко"
    assert excerpt("перше друге третє четверте", 18) == "перше друге…"
    assert len(excerpt("б" * 500, 100)) == 100
