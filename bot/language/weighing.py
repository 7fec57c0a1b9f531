"""The verdict of the model: probabilities, the most probable answers, and reasons in the words of the post."""

from __future__ import annotations

from heapq import nlargest

from bot.domain.model import Probabilities, Reason, Sentiment, Topic, Verdict
from bot.language.features import Features, features
from bot.language.model import Model, Weighed, shipped
from bot.language.reading import QUOTE, Reading
from bot.language.verdicts import MOST_REASONS, without_words
from bot.language.weights import HEADS, LANGS, SENTIMENTS, TOPICS

QUOTED = 3
"""So many words are quoted where the model decides against the cues or without one."""

CLEAR = 0.7
"""From this probability of needing a reply on, a card need not say that it is doubtful."""

_LEAST = 0.02
"""A word that adds less is no reason."""


def by_model(reading: Reading, model: Model | None = None, margin: float | None = None) -> Verdict:
    """The verdict of a model, the shipped one where None.

    ``margin`` (0 to 0.5) is the probability of needing a reply under which a post is surely quiet; where None, the
    model's own. From there to ``CLEAR`` a person should look.
    """
    if not reading.words:
        return without_words(reading)
    model = model or shipped()
    seen = features(reading)
    weighed = model(seen)
    chances = weighed.chances
    needed = chances["needs_reply"][1]
    sentiment, topic, lang = (_most(chances[name]) for name in ("sentiment", "topic", "lang"))
    edge = model.weights.margin if margin is None else margin
    # What cues plainly take for a question is never dropped on the model's word alone.
    asks = seen.cued.needs_reply and seen.cued.sure
    said = Verdict(
        LANGS[lang],
        SENTIMENTS[sentiment],
        needed >= 0.5,
        TOPICS[topic],
        (),
        needed >= CLEAR or (needed < edge and not asks),
        Probabilities(
            round(chances["lang"][lang], 3), round(chances["sentiment"][sentiment], 3), round(needed, 3),
            round(chances["topic"][topic], 3),
        ),
    )  # fmt: skip
    return _with_reasons(said, reading, seen, weighed)


def _most(chances: list[float]) -> int:
    return chances.index(max(chances))


def _with_reasons(said: Verdict, reading: Reading, seen: Features, weighed: Weighed) -> Verdict:
    """The cues' reasons where they lead to the same answer, else the words that weighed most."""
    cued = seen.cued
    why = [reason for reason in cued.why if reason.code not in ("topic", "no_cue")]
    words: list[Reason] = []
    bare = cued.why[0].code == "no_cue"
    if said.needs_reply != cued.needs_reply or (bare and not why):
        code = "weighs_needs" if said.needs_reply else "weighs_quiet"
        words.append(_weightiest(code, "needs_reply", int(said.needs_reply), reading, seen, weighed))
    if said.sentiment is not cued.sentiment or (bare and said.sentiment is not Sentiment.NEUTRAL):
        place = SENTIMENTS.index(said.sentiment)
        words.append(_weightiest(f"weighs_{said.sentiment}", "sentiment", place, reading, seen, weighed))
    topic = [reason for reason in cued.why if reason.code == "topic" and said.topic is cued.topic]
    if not topic and said.topic is not Topic.OTHER:
        topic = [_weightiest("topic", "topic", TOPICS.index(said.topic), reading, seen, weighed)]
    told = list(dict.fromkeys([*words, *why]))[: MOST_REASONS - len(topic)] + topic
    found = tuple(told) or (Reason("no_cue"),)
    return Verdict(said.lang, said.sentiment, said.needs_reply, said.topic, found, said.sure, said.probabilities)


def _weightiest(code: str, head: str, answer: int, reading: Reading, seen: Features, weighed: Weighed) -> Reason:
    """A reason that quotes the words which spoke most for the answer against its nearest rival, in their order."""
    outputs = weighed.outputs[HEADS[head]]
    rival = max((at for at in range(len(outputs)) if at != answer), key=outputs.__getitem__)
    first = HEADS[head].start
    gains = weighed.gains(first + answer, first + rival)
    heavy = [(gain, place) for gain, place in zip(gains, seen.places, strict=True) if gain > _LEAST and place >= 0]
    places = sorted(place for _, place in nlargest(QUOTED, heavy))
    quote = ", ".join(reading.piece(place, place + 1) for place in places)
    return Reason(code, quote if len(quote) <= QUOTE else quote[: QUOTE - 1] + "…")
