"""Verdicts as the store keeps them: one JSON list in a column."""

from __future__ import annotations

import json
from dataclasses import astuple

from bot.domain.model import Lang, Probabilities, Reason, Sentiment, Topic, Verdict


def dumped(verdict: Verdict) -> str:
    return json.dumps(
        [
            verdict.lang,
            verdict.sentiment,
            verdict.needs_reply,
            verdict.topic,
            [[reason.code, reason.quote] for reason in verdict.why],
            verdict.sure,
            astuple(verdict.probabilities) if verdict.probabilities else None,
        ],
        ensure_ascii=False,
    )


def loaded(stored: str) -> Verdict:
    """The verdict as it went in; older rows have no probabilities."""
    lang, sentiment, needs_reply, topic, why, sure, *weighed = json.loads(stored)
    return Verdict(
        Lang(lang),
        Sentiment(sentiment),
        needs_reply,
        Topic(topic),
        tuple(Reason(*reason) for reason in why),
        sure,
        Probabilities(*weighed[0]) if weighed and weighed[0] else None,
    )
