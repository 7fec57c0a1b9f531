"""Choices that stand in place of a card's buttons: topic and sentiment of a post, and why it needs no reply."""

from __future__ import annotations

from bot.cards.plain import Button, Rows, rows_of
from bot.domain.labels import Dismissal, corrected, said
from bot.domain.model import LabelField, Sentiment, ThreadView, Topic
from bot.texts import Texts

_TOPICS_A_ROW = 2
_REASONS_A_ROW = 3


def picker_rows(view: ThreadView, say: Texts) -> Rows:
    """``topic:<thread>:<topic>``, ``sentiment:<thread>:<sentiment>``, and the way back, ``leave:<thread>``.

    What the card says now is marked: ✓ where a person said it (a tap takes that back), • where triage did.
    """
    verdict = corrected(view.verdict, view.labels)

    def button(field: LabelField, value: str, label: str) -> Button:
        current = value == getattr(verdict, field)
        mark = "" if not current else "✓ " if said(view.labels, field) else "• "
        return Button(mark + label, action=f"{field}:{view.id}:{value}")

    topics = [button(LabelField.TOPIC, one, say("button.topic", topic=say(f"topic.{one}"))) for one in Topic]
    tones = [
        button(LabelField.SENTIMENT, one, say("button.sentiment", sentiment=say(f"sentiment.{one}")))
        for one in Sentiment
    ]
    back = Button(say("button.leave"), action=f"leave:{view.id}")
    return (*_in_rows(topics, _TOPICS_A_ROW), tuple(tones), (back,))


def reason_rows(view: ThreadView, say: Texts) -> Rows:
    """``why:<thread>:<reason>`` on a card that was just dismissed, until somebody tells the reason."""
    needs = said(view.labels, LabelField.NEEDS_REPLY)
    if needs is None or needs.why is not None:
        return ()
    made = [
        Button(say("button.why", reason=say(f"dismissal.{one}")), action=f"why:{view.id}:{one}") for one in Dismissal
    ]
    return rows_of(*_in_rows(made, _REASONS_A_ROW))


def _in_rows(buttons: list[Button], a_row: int) -> Rows:
    return tuple(tuple(buttons[start : start + a_row]) for start in range(0, len(buttons), a_row))
