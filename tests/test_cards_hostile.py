"""Whatever a stranger writes, a card stays within Telegram's limits, well-formed, and pings nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards import (
    BoardRow,
    board,
    draft_card,
    follow_up,
    handed_card,
    taken_text,
    thread_card,
    toast,
    utf16,
)
from bot.domain.model import (
    AnswerKind,
    Copies,
    Label,
    LabelField,
    Note,
    Reason,
    Reply,
    ReplyStatus,
    ThreadStatus,
    ThreadView,
)
from bot.texts import Texts
from tests.card_samples import ASKED, KYIV, NOW, OKSANA, claimed, good, post, read, reply, same, view

UK = Texts("uk", strict=True)
FAMILY = "👨‍👩‍👧‍👦"
HOSTILE = "<b>жирно</b> &lt; </blockquote><a href='tg://user?id=1'>x</a> <!-- & -->"

LABELS = ((LabelField.TOPIC, "home_internet"), (LabelField.SENTIMENT, "positive"))


def html_of(shown: ThreadView) -> str:
    shown_card = thread_card(shown, mask=same, say=UK, now=NOW, zone=KYIV)
    good(shown_card)
    return shown_card.html


def everywhere(text: str) -> ThreadView:
    """A thread in which every string that a stranger or the team can choose is ``text``."""
    return claimed(
        community_name=text,
        author_name=text,
        title=text,
        opening=post(text),
        latest=post(text, published_at=ASKED + timedelta(minutes=3)),
        edited=True,
        gone=True,
        turned=True,
        perhaps_answered=True,
        verdict=replace(view().verdict, sure=False, why=tuple(Reason("problem", text) for _ in range(9))),
        agent=replace(OKSANA, name=text),
        answer_kind=AnswerKind.REPLY,
        answer_agent=text,
        answer_text=text,
        answer_url=f"https://forum.example/{text}",
        notes=tuple(Note(text, text, NOW) for _ in range(9)),
        reply=reply(ReplyStatus.REFUSED, agent_name=text, refusal="unreadable"),
        posts_waiting=12,
        labels=tuple(Label(field, value, text) for field, value in LABELS),
        copies=Copies(tuple((text, 10_000_000) for _ in range(9)), folded=9),
    )


def test_markup_in_a_post_is_only_text() -> None:
    html = html_of(everywhere(HOSTILE))
    assert "жирно" in read(html)
    assert "<b>жирно" not in html
    assert "tg://user" not in re.sub(r"&lt;a.*?x&lt;", "", html)


def test_a_mention_or_a_command_in_a_post_is_none_to_telegram() -> None:
    html = html_of(everywhere("@oksana напиши на me@example.com, /start /help@vidhuk_bot і/або (/queue)"))
    text = read(html)
    assert not re.search(r"@\w", text.replace("@\u2060", ""))
    assert not re.search(r"(?<![\w/\u2060])/\w", text)
    assert "і/або" in text


def test_an_address_in_a_post_stays_readable() -> None:
    url = "https://example.com/stats/2026?a=1&b=2"
    assert url in read(html_of(view(opening=post(f"Дивіться {url}"))))


def test_a_long_post_is_folded_and_a_short_one_is_not() -> None:
    assert "<blockquote expandable>" in html_of(view(opening=post("д" * 301)))
    assert "<blockquote expandable>" in html_of(view(opening=post("\n".join("1234567"))))
    assert "<blockquote>" in html_of(view(opening=post("\n".join("123456"))))


def test_right_to_left_text_turns_nothing_around() -> None:
    html = html_of(
        view(author_name="\u202eנדב\u202e", opening=post("\u202egnp.exe\u202c שלום"), url="https://a.example")
    )
    assert "\u202e" not in html
    assert "\u2068נדב\u2069 · 14:05" in read(html)


@pytest.mark.parametrize("author", ["", "\u200b\u200b", "   "])
def test_nameless_authors_and_wordless_posts_are_named_so(author: str) -> None:
    text = read(html_of(view(author_name=author, opening=post("\u200b"))))
    assert "без імені" in text
    assert "допис без тексту" in text


@pytest.mark.parametrize("piece", ["ж", FAMILY, "&", "<", "и\u0306", "🇺🇦", "a\n", "а" + "\u0301" * 50])
def test_a_hundred_thousand_characters_are_cut_between_graphemes(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    for shown in (view(opening=post(text)), claimed(latest=post(text)), everywhere(text)):
        written = read(html_of(shown))
        assert "…" in written
        for grapheme in regex.findall(r"\X", written):
            assert not grapheme.startswith("\u200d")
            assert "👨" not in grapheme or grapheme == FAMILY


def test_a_post_at_the_very_limit_is_used_to_the_last_unit() -> None:
    html = html_of(view(opening=post("слово" * 3_000)))
    assert 4_090 <= utf16(html) <= 4_096


def test_only_what_was_masked_is_shown() -> None:
    def hide(text: str) -> str:
        return text.replace("0671234567", "067 ***")

    text = "мій номер 0671234567"
    hidden = replace(
        everywhere(text),
        notes=(),
        agent=OKSANA,
        answer_agent=OKSANA.name,
        answer_url="",
        community_name="Форум",
        copies=Copies((("Форум", 2),)),
        labels=(),
        can_write=True,
    )
    shown = thread_card(hidden, mask=hide, say=UK, now=NOW, zone=KYIV)
    assert "067 ***" in shown.html
    assert "0671234567" not in shown.html


def test_a_number_at_the_end_of_what_is_read_is_not_shown_half_masked() -> None:
    def hide(text: str) -> str:
        return re.sub(r"\d{10}", "*", text)

    text = "слово " * 832 + "0671234567"
    shown = thread_card(view(opening=post(text)), mask=hide, say=UK, now=NOW, zone=KYIV)
    assert "067" not in shown.html


def test_a_follow_up_mentions_its_agent_and_nobody_else() -> None:
    ping = follow_up(everywhere("@petro і @oksana"), OKSANA, mask=same, say=UK)
    assert f'<a href="tg://user?id={OKSANA.user_id}">Оксана Прикладна</a>' in ping.html
    assert ping.html.count("tg://user") == 1
    assert not re.search(r"@\w", good(ping))


@pytest.mark.parametrize("text", ["ж" * 100_000, FAMILY * 9_000, HOSTILE * 900, "\x00\ud800"])
def test_texts_to_copy_stay_within_the_limit_and_say_when_they_are_cut(text: str) -> None:
    for status in ReplyStatus:
        good(draft_card(reply(status, text=text, refusal="flood"), everywhere(text), say=UK, zone=KYIV))
    handed = handed_card(reply(ReplyStatus.HANDED, text=text), view(), say=UK)
    taken = taken_text(claimed(), text, say=UK, now=NOW, zone=KYIV)
    for shown in (handed, taken):
        assert ("Тут уміщується не все" in good(shown)) == (len(text) > 4_000)


@pytest.mark.parametrize("text", [FAMILY * 1_000, HOSTILE, "ж" * 9_999])
def test_lists_stay_within_the_limit(text: str) -> None:
    rows = [
        BoardRow(n, text, text, text, ASKED, text + str(n % 40) if n % 2 else None, "https://t.me/c/1234567890/12345")
        for n in range(200)
    ]
    assert "…" in good(board(rows, 100, mask=same, say=UK, zone=KYIV))


def test_a_toast_is_cut_between_graphemes() -> None:
    assert toast("Уже взято") == "Уже взято"
    cut = toast(FAMILY * 60)
    assert utf16(cut) <= 200
    assert cut == FAMILY * ((len(cut) - 1) // len(FAMILY)) + "…"


ANYTHING = st.text(max_size=40) | st.sampled_from(
    [FAMILY * 400, HOSTILE * 40, "@a/b " * 700, "\u202e" * 50, "ї" * 5_000]
)


@settings(max_examples=150, deadline=None)
@given(
    text=ANYTHING,
    name=ANYTHING,
    status=st.sampled_from(ThreadStatus),
    reply_status=st.sampled_from(ReplyStatus) | st.none(),
    kind=st.sampled_from(AnswerKind) | st.none(),
    waits=st.integers(-100, 10**7),
    lang=st.sampled_from(["uk", "en"]),
)
def test_no_thread_breaks_a_card(
    text: str,
    name: str,
    status: ThreadStatus,
    reply_status: ReplyStatus | None,
    kind: AnswerKind | None,
    waits: int,
    lang: str,
) -> None:
    sent: Reply | None = reply(reply_status, text=text, refusal=name) if reply_status else None
    shown = replace(everywhere(text), status=status, reply=sent, answer_kind=kind, author_name=name, dismissed_by=name)
    now = ASKED + timedelta(seconds=waits)
    good(thread_card(shown, mask=same, say=Texts(lang, strict=True), now=now, zone=KYIV))
    if sent:
        good(draft_card(sent, shown, say=Texts(lang, strict=True), zone=KYIV))
