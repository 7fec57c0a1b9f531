"""Verdicts come back from the store as they went in, those of before probabilities too."""

from __future__ import annotations

import json

from bot.domain.model import Lang, Probabilities, Reason, Sentiment, Topic, Verdict
from bot.store.threads import _dump
from bot.store.views import _load

WHY = (Reason("question_mark", "?"), Reason("topic", "тариф"))


def test_a_verdict_comes_back_with_its_probabilities() -> None:
    chances = Probabilities(0.99, 0.8, 0.12, 0.5)
    for weighed in (chances, None):
        verdict = Verdict(Lang.UK, Sentiment.NEUTRAL, False, Topic.TARIFFS, WHY, False, weighed)
        assert _load(_dump(verdict)) == verdict


def test_a_verdict_stored_before_there_were_probabilities_is_read() -> None:
    verdict = Verdict(Lang.RU, Sentiment.NEGATIVE, True, Topic.APP, WHY)
    older = json.dumps(json.loads(_dump(verdict))[:6])
    assert _load(older) == verdict
