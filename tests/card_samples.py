"""Threads and replies for the tests of cards, and a reader of Telegram HTML that is as strict as Telegram's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards import Card, QuietRow, utf16
from bot.domain.model import (
    Agent,
    Label,
    LabelField,
    Lang,
    Post,
    Reason,
    Reply,
    ReplyStatus,
    Sentiment,
    ThreadStatus,
    ThreadView,
    Topic,
    Verdict,
)

KYIV = ZoneInfo("Europe/Kyiv")
ASKED = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
"""14:05 in Kyiv."""
NOW = ASKED + timedelta(minutes=20)
OKSANA = Agent(11, "Оксана Прикладна")
PAGE_URL = "https://forum.example/showthread.php?tid=7#pid21"

_ATTRIBUTES = {"a": {"href"}, "blockquote": {"expandable"}}
_TAGS = {"b", "i", "a", "code", "pre", "blockquote"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, f"Unsupported start tag {tag!r}"
        assert {name for name, _ in attrs} <= _ATTRIBUTES.get(tag, set())
        assert tag != "blockquote" or "blockquote" not in self.open, "quotes cannot be nested"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, "Unmatched end tag"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "<" not in data, "Unescaped <"
        self.text.append(data)

    def handle_entityref(self, name: str) -> None:
        assert name in {"lt", "gt", "amp", "quot"}
        self.text.append(unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self.text.append(unescape(f"&#{name};"))

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment is no Telegram HTML")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration is no Telegram HTML")


def read(html: str) -> str:
    """What a person reads of ``html``; fails where Telegram would refuse it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [], f"Can't find end tag corresponding to {reader.open}"
    return "".join(reader.text)


def good(card: Card) -> str:
    """What a person reads of ``card``, after every limit of Telegram was checked."""
    assert 0 < utf16(card.html) <= 4096
    card.html.encode()
    for row in card.buttons:
        assert 0 < len(row) <= 8
        for button in row:
            assert button.label
            assert sum(map(bool, (button.action, button.url, button.copy))) == 1
            assert len(button.action.encode()) <= 64
            assert utf16(button.copy) <= 256
            assert button.style in {"", "primary", "success", "danger"}
    return read(card.html)


def labels(card: Card) -> list[list[str]]:
    return [[button.label for button in row] for row in card.buttons]


def actions(card: Card) -> list[str]:
    return [button.action for row in card.buttons for button in row if button.action]


def same(text: str) -> str:
    """A mask that hides nothing."""
    return text


def post(text: str = "Чому третій день немає інтернету на Садовій?", **changes: Any) -> Post:
    plain = Post(
        id=1,
        community="forum-od",
        external_id="21",
        container_id="7",
        thread_id=5,
        parent_id=None,
        author_id="77",
        author_name="Тестовий Абонент",
        text=text,
        url=PAGE_URL,
        title="Немає інтернету",
        published_at=ASKED,
        seen_at=ASKED + timedelta(seconds=40),
        official=False,
    )
    return replace(plain, **changes)


def view(**changes: Any) -> ThreadView:
    plain = ThreadView(
        id=5,
        community="forum-od",
        community_name="Форум Одеси",
        platform="mybb",
        can_write=True,
        status=ThreadStatus.WAITING,
        url=PAGE_URL,
        title="Немає інтернету",
        author_name="Тестовий Абонент",
        opening=post(),
        latest=None,
        edited=False,
        verdict=Verdict(
            Lang.UK,
            Sentiment.NEGATIVE,
            True,
            Topic.HOME_INTERNET,
            (Reason("question_word", "Чому"), Reason("problem", "немає інтернету")),
        ),
        waiting_since=ASKED,
        agent=None,
        claimed_at=None,
        snoozed_until=None,
        answered_at=None,
        answer_kind=None,
    )
    return replace(plain, **changes)


def claimed(**changes: Any) -> ThreadView:
    held: dict[str, Any] = {
        "status": ThreadStatus.CLAIMED,
        "agent": OKSANA,
        "claimed_at": ASKED + timedelta(minutes=12),
    }
    return view(**(held | changes))


def reply(status: ReplyStatus, **changes: Any) -> Reply:
    plain = Reply(
        id=9,
        thread_id=5,
        agent_id=OKSANA.user_id,
        agent_name=OKSANA.name,
        text="Добрий день! Майстер буде сьогодні до 18:00.",
        status=status,
        due_at=ASKED + timedelta(minutes=14, seconds=32),
    )
    return replace(plain, **changes)


def dismissed_now(**changes: Any) -> ThreadView:
    """A thread that was dismissed a moment ago: nobody has said yet why."""
    over: dict[str, Any] = {
        "status": ThreadStatus.DISMISSED,
        "waiting_since": None,
        "dismissed_by": OKSANA.name,
        "labels": (Label(LabelField.NEEDS_REPLY, "no", OKSANA.name),),
    }
    return view(**(over | changes))


def quiet_row(**changes: Any) -> QuietRow:
    plain = QuietRow(31, "Форум Одеси", "Тестовий Абонент", "Дякую, усе працює", ASKED, (Reason("thanks", "Дякую"),))
    return replace(plain, **changes)
