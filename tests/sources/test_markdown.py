"""Plain text as Markdown: what a person wrote is what readers see."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.sources.emoji_names import EMOJI, emoji_named
from bot.sources.markdown import as_markdown

_RENDER = MarkdownIt("commonmark", {"breaks": True})


def shown(markdown: str) -> list[str]:
    return unescape(re.sub(r"<[^>]+>", "", str(_RENDER.render(markdown)))).split()


@pytest.mark.parametrize(
    "text",
    [
        "Наберіть *111# або *112#",
        "1. раз\n2) два\n10. десять",
        "# не заголовок\n## і це\n===\n---\n- x\n+ y\n> z\n* * *",
        "<b>тег</b> &amp; &#1234; `код` [a](b) ![i](j) ~~ні~~ **так** _так_ \\*",
        "    відступ\n\tтаб",
    ],
)
def test_what_was_written_is_what_is_shown(text: str) -> None:
    assert shown(as_markdown(text)) == text.split()


@given(st.text(alphabet="*_`#>-+=1.)<[]!&;~|\\ \n\tab:/", max_size=40))
def test_no_text_comes_alive(text: str) -> None:
    assert "".join(shown(as_markdown(text))) == "".join(text.split())


def test_addresses_stay_as_they_are() -> None:
    assert as_markdown("Див. https://my.example/a_b_c?x=*1 *так*") == r"Див. https://my.example/a_b_c?x=*1 \*так\*"


def test_plain_words_are_left_alone() -> None:
    text = "Добрий день! Перевіряємо: 4G (LTE) — 50%, 20.5 Мбіт/с, «лапки»… 😡"
    assert as_markdown(text) == text


def test_names_of_emoji_are_emoji() -> None:
    assert (emoji_named(":rage:"), emoji_named(":+1:t2:"), emoji_named(":x_y:"), emoji_named("слово")) == (
        "😡",
        "👍🏻",
        ":x_y:",
        "слово",
    )
    assert all(not emoji.isascii() and name.isascii() for name, emoji in EMOJI.items())
