"""Verdicts come back from the store as they went in, those of before probabilities too."""

from __future__ import annotations

import json

from bot.domain.model import Lang, Probabilities, Reason, Sentiment, Topic, Verdict
from bot.store.verdicts import dumped, loaded

WHY = (Reason("question_mark", "?"), Reason("topic", "тариф"))


def test_a_verdict_comes_back_with_its_probabilities() -> None:
    chances = Probabilities(0.99, 0.8, 0.12, 0.5)
    for weighed in (chances, None):
        verdict = Verdict(Lang.UK, Sentiment.NEUTRAL, False, Topic.TARIFFS, WHY, False, weighed)
        assert loaded(dumped(verdict)) == verdict


def test_a_verdict_stored_before_there_were_probabilities_is_read() -> None:
    verdict = Verdict(Lang.RU, Sentiment.NEGATIVE, True, Topic.APP, WHY)
    older = json.dumps(json.loads(dumped(verdict))[:6])
    assert loaded(older) == verdict
