"""Labels: what people of the team say of a post, where triage has said something already. The last word counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.model import Label, LabelField, Sentiment, Topic, Verdict

YES, NO = "yes", "no"
"""The values of a label of ``needs_reply``."""


class Dismissal(StrEnum):
    """Why a thread needs no reply, in an agent's one tap."""

    THANKS = "thanks"
    CLOSED = "closed"
    SPAM = "spam"
    OFFTOPIC = "offtopic"
    NEIGHBOUR = "neighbour"
    """Another customer has answered it."""
    NOTHING = "nothing"
    """The agent would rather not say."""


def teaches_quiet(why: str | None) -> bool:
    """Whether a dismissal for this reason says that the *words* need no reply.

    A question that another customer answered is a question still: it must not teach the model that it was none.
    """
    return why != Dismissal.NEIGHBOUR


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text with the team's last word on it; None where nobody said anything. ``text_hash`` is 32 hex digits."""

    text: str
    text_hash: str
    needs_reply: bool | None = None
    sentiment: Sentiment | None = None
    topic: Topic | None = None

    @property
    def held_back(self) -> bool:
        """A fifth of all texts, ever the same: no model learns from them, each is measured on them."""
        return int(self.text_hash[:8], 16) % 5 == 0


def said(labels: Sequence[Label], field: LabelField) -> Label | None:
    """The label of ``field``, where there is one."""
    return next((label for label in labels if label.field is field), None)


def corrected(verdict: Verdict, labels: Sequence[Label]) -> Verdict:
    """The verdict with what people said in its place; on what they answered it is sure."""
    for label in labels:
        match label.field:
            case LabelField.TOPIC:
                verdict = replace(verdict, topic=Topic(label.value))
            case LabelField.SENTIMENT:
                verdict = replace(verdict, sentiment=Sentiment(label.value))
            case LabelField.NEEDS_REPLY:
                verdict = replace(verdict, needs_reply=label.value == YES, sure=True)
    return verdict


def allowed(field: LabelField, value: str) -> bool:
    """Whether ``value`` is one that a label of ``field`` can have."""
    match field:
        case LabelField.TOPIC:
            return value in set(Topic)
        case LabelField.SENTIMENT:
            return value in set(Sentiment)
        case LabelField.NEEDS_REPLY:
            return value in (YES, NO)
