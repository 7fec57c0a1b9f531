"""What the model sees of a post: its words and signs in order, and a row of plain figures.

The figures are what the cues, the tone of the words and the shape of the post say. Each has a name, so that weights of
another build of the program are recognised and refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import sqrt

from bot.domain.model import Lang, Sentiment, Topic, Verdict
from bot.language.grams import NUMBER, OWN, PRODUCT, START, WRITTEN, signs_between
from bot.language.reading import Reading
from bot.language.signs import Signs, waiting, weigh
from bot.language.tone import tone_of
from bot.language.verdicts import judged

_SIGNS = (
    "question", "request", "problem", "complaint", "praise", "thanks", "closed", "duration", "rhetorical", "sarcasm",
    "competitor", "spam",
)  # fmt: skip
_GROUPS = (
    "advice", "greeting", "bump", "chatter", "insult", "polite", "quitting", "leaving", "product", "own", "competitor",
    "sarcasm", "closed", "problem", "before", "now", "but",
)  # fmt: skip
_TOPICS = tuple(f"topic.{topic}" for topic in Topic if topic is not Topic.OTHER)
_SHAPE = (
    "asked", "frown", "smile", "caps", "mention", "link", "one_word", "few_words", "some_words", "many_words",
    "question_marks", "exclamations", "smiles", "frowns", "dots", "digits", "quotes", "lines", "latin",
    "asked_glad", "asked_sour", "glad_sour", "closed_last", "waits", "thanks_alone", "ends_question", "ends_smile",
    "ends_frown", "repaired", "hidden_layout", "called", "all_quoted", "emoji", "names_us", "capital_first",
    "then_now", "sour_late", "glad_late", "sour_early", "glad_early", "glad_after_but", "sour_after_but",
)  # fmt: skip
_TONE = ("good", "bad", "very_good", "very_bad", "not_good", "not_bad", "balance", "last", "good_share", "bad_share")
_VOTES = (
    "ukrainian", "russian", "mixed", "english", "foreign", "weaker", "uk_letters", "ru_letters", "weaker_many",
    "no_votes",
)  # fmt: skip
NAMES: tuple[str, ...] = (
    *(f"sign.{name}" for name in _SIGNS),
    *(f"group.{name}" for name in _GROUPS),
    *_TOPICS,
    *(f"shape.{name}" for name in _SHAPE),
    *(f"tone.{name}" for name in _TONE),
    *(f"votes.{name}" for name in _VOTES),
    *(f"cues.{sentiment}" for sentiment in Sentiment),
    "cues.needs_reply", "cues.quiet", "cues.doubt",
    *(f"cues.{topic}" for topic in Topic),
    *(f"cues.{lang}" for lang in Lang),
)  # fmt: skip
"""The figures of a row, in order."""

_SMILES, _FROWNS = re.compile(r"\){2,}|:-?\)"), re.compile(r"\({2,}|:-?\(")
_PICTURES = re.compile("[\u2600-\U0010ffff]")
_QUOTES = frozenset('«»“”„"')
_UKRAINIAN, _RUSSIAN = re.compile("[іїєґІЇЄҐ]"), re.compile("[ыэъёЫЭЪЁ]")


@dataclass(frozen=True, slots=True)
class Features:
    """``forms`` are words and signs in the order of the post, ``places`` where each word stands among the reading's.

    ``places`` is -1 for a sign; ``figures`` are as many as ``NAMES``.
    """

    forms: list[str]
    places: list[int]
    figures: list[float]
    signs: Signs
    cued: Verdict
    """What the cues alone say."""


def features(reading: Reading) -> Features:
    """Of a reading that has words."""
    signs = weigh(reading)
    cued = judged(signs)
    figures = [min(len(getattr(signs, name)), 2) * 0.5 for name in _SIGNS]
    hits = reading.hits
    figures += [min(len(hits[name]), 2) * 0.5 if name in hits else 0.0 for name in _GROUPS]
    figures += [min(len(hits[name]), 3) / 3 if name in hits else 0.0 for name in _TOPICS]
    figures += _shape(reading, signs)
    figures += _tone(reading)
    figures += _votes(reading)
    figures += [float(cued.sentiment is sentiment) for sentiment in Sentiment]
    figures += [float(cued.needs_reply and cued.sure), float(not cued.needs_reply), float(not cued.sure)]
    figures += [float(cued.topic is topic) for topic in Topic]
    figures += [float(cued.lang is lang) for lang in Lang]
    return Features(*_forms(reading), figures, signs, cued)


def _forms(reading: Reading) -> tuple[list[str], list[int]]:
    """Words by their comparable form, names of products and of our own as one sign, and what stands between them."""
    named = {place: PRODUCT for hit in reading.hits.get("product", ()) for place in range(hit.first, hit.end)}
    named |= {place: OWN for hit in reading.hits.get("own", ()) for place in range(hit.first, hit.end)}
    text, latin = reading.meant or reading.text, reading.repair == "translit"
    forms: list[str] = []
    places: dict[int, int] = {}
    last = 0
    for place, word in enumerate(reading.words):
        first, end = reading.spans[place]
        if first - last != 1:
            forms += signs_between(text[last:first])
        if reading.starts[place] or not place:
            forms.append(START)
        form = named.get(place) or (NUMBER if word.plain.isdecimal() else word.plain)
        if latin and form is word.plain:
            form = f"{form}{WRITTEN}{text[first:end].lower()}"
        if form != PRODUCT or forms[-1] != PRODUCT:
            places[len(forms)] = place
            forms.append(form)
        last = end
    forms += signs_between(text[last:])
    return forms, [places.get(at, -1) for at in range(len(forms))]


def _shape(reading: Reading, signs: Signs) -> list[float]:
    text, size = reading.text, len(reading.words)
    end = text.rstrip(" \n.!")[-1:]
    glad, sour = bool(signs.praise or signs.thanks), bool(signs.problem or signs.complaint)
    smiles, frowns = len(_SMILES.findall(text)), len(_FROWNS.findall(text))
    return [
        float(signs.asked), float(bool(signs.frown)), float(bool(signs.smile)), float(signs.caps),
        float(reading.mention_first), float(bool(reading.links)),
        float(size == 1), float(size <= 4), float(4 < size <= 12), float(size > 40),
        min(text.count("?"), 3) / 3, min(text.count("!"), 4) / 4, min(smiles, 2) / 2, min(frowns, 2) / 2,
        float("..." in text or "…" in text), float(any(word.plain.isdecimal() for word in reading.words)),
        float("«" in text or '"' in text), float("\n" in text),
        sum(not word.cyrillic for word in reading.words) / size,
        float(signs.asked and glad), float(signs.asked and sour), float(glad and sour),
        float(bool(signs.closed) and not signs.asked), float(bool(waiting(signs))),
        float(bool(signs.thanks) and size <= 6 and not signs.asked), float(end == "?"), float(end == ")"),
        float(end == "("), float(bool(reading.repair)), float(reading.repair == "wrong_layout"),
        float(_calls(reading)), float(text[:1] in _QUOTES and text.rstrip(".… ")[-1:] in _QUOTES),
        min(len(_PICTURES.findall(text)), 4) / 4, float("own" in reading.hits), float(text[:1].isupper()),
        float("before" in reading.hits and "now" in reading.hits), *_order(reading, signs),
    ]  # fmt: skip


def _order(reading: Reading, signs: Signs) -> list[float]:
    """Where displeasure and praise stand: in the second half, in the first, after a "but"."""
    half = len(reading.words) / 2
    sour = [hit.first for hit in (*signs.problem, *signs.complaint)]
    glad = [hit.first for hit in (*signs.praise, *signs.thanks, *signs.closed)]
    turn = max((hit.first for hit in reading.hits.get("but", ())), default=len(reading.words))
    return [
        float(any(at >= half for at in sour)), float(any(at >= half for at in glad)),
        float(any(at < half for at in sour)), float(any(at < half for at in glad)),
        float(any(at > turn for at in glad)), float(any(at > turn for at in sour)),
    ]  # fmt: skip


def _calls(reading: Reading) -> bool:
    """«Свєто, вийми батарею»: begins by calling somebody who is not the company."""
    if reading.mention_first:
        return True
    first, end = reading.spans[0]
    after = reading.text[end : end + 1]
    word = reading.words[0]
    named = word.lead or word.forks or "own" in reading.hits
    return after == "," and reading.text[first : first + 1].isupper() and not named


def _tone(reading: Reading) -> list[float]:
    """Good and bad words, each turned round by a negation before it."""
    tones, turned = tone_of(reading)
    straight = [tone for tone, negated in zip(tones, turned, strict=True) if not negated]
    good, bad = sum(tone for tone in straight if tone > 0), -sum(tone for tone in straight if tone < 0)
    root = sqrt(len(reading.words))
    last = next((tone for tone in reversed(tones) if tone), 0)
    return [
        min(good, 4) / 4, min(bad, 4) / 4, float(2 in straight), float(-2 in straight),
        float(any(negated and tone > 0 for tone, negated in zip(tones, turned, strict=True))),
        float(any(negated and tone < 0 for tone, negated in zip(tones, turned, strict=True))),
        max(-1.0, min(1.0, (good - bad) / 4)), last / 2, good / root, bad / root,
    ]  # fmt: skip


def _votes(reading: Reading) -> list[float]:
    words = reading.words
    votes = [
        sum(column)
        for column in zip(*((w.ukrainian, w.russian, w.mixed, w.english, w.foreign) for w in words), strict=True)
    ]
    total = sum(votes[:3]) or 1
    weaker = min(votes[:2]) + votes[2]
    text = reading.meant or reading.text
    letters = len(text)
    shares = [votes[0] / total, votes[1] / total, votes[2] / total]
    shares += [votes[3] / (2 * len(words)), votes[4] / (2 * len(words)), weaker / total]
    shares += [len(_UKRAINIAN.findall(text)) / letters * 5, len(_RUSSIAN.findall(text)) / letters * 5]
    return [*shares, min(weaker, 6) / 6, float(not any(votes[:3]))]
