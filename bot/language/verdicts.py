"""The verdict by cues: what a post is, and the reasons that a person can check."""

from __future__ import annotations

from bot.domain.model import Lang, Reason, Sentiment, Topic, Verdict
from bot.language.reading import Hit, Reading
from bot.language.signs import NEGATIVE_EMOJI, POSITIVE_EMOJI, Signs, waiting, weigh
from bot.language.tongue import language

CODES = frozenset(
    {
        "advice", "bump", "caps", "chatter", "closed", "competitor", "complaint", "duration", "emoji_negative",
        "emoji_only", "emoji_positive", "empty", "greeting", "insult", "link_only", "no_cue", "praise",
        "problem", "product", "question_mark", "question_word", "request", "rhetorical", "sarcasm", "spam",
        "spam_link", "thanks", "topic", "translit", "weighs_negative", "weighs_needs", "weighs_neutral",
        "weighs_positive", "weighs_quiet", "wrong_layout",
    }
)  # fmt: skip
"""Every code that a reason of ours can have."""

MOST_REASONS = 7
LONG_PRAISE = 25
"""Thanks or praise of more words may hide a wish: then a person looks."""
LONG_GRUMBLE = 8
"""Displeasure of so many words may hide a trouble that no cue knows."""

_TOPICS = (
    (Topic.FRAUD, 5.0),
    (Topic.ROAMING, 4.0),
    (Topic.HOME_INTERNET, 2.5),
    (Topic.APP, 2.0),
    (Topic.PROMO, 1.6),
    (Topic.BILLING, 1.5),
    (Topic.STAFF, 1.4),
    (Topic.TARIFFS, 1.2),
    (Topic.COVERAGE, 1.0),
)
"""How much one cue of a topic weighs: the rarer its words elsewhere, the more. Ties go to the earlier."""


def by_cues(reading: Reading) -> Verdict:
    """The verdict of the cue files alone; the model has it among its figures."""
    if not reading.words:
        return without_words(reading)
    return judged(weigh(reading))


def judged(signs: Signs) -> Verdict:
    """The verdict of signs that are weighed already."""
    reading = signs.reading
    topic, topic_reason = (Topic.OTHER, []) if _spam(signs) else _topic(reading)
    needs, sure, grounds = _need(signs)
    sentiment = Sentiment.NEUTRAL if _spam(signs) else _sentiment(signs)
    why = _reasons(signs, grounds, sentiment) + topic_reason
    return Verdict(language(reading), sentiment, needs, topic, tuple(dict.fromkeys(why))[:MOST_REASONS], sure)


def without_words(reading: Reading) -> Verdict:
    """Nothing to read: empty, emoji only, a bare link, bare punctuation."""
    frown, smile = NEGATIVE_EMOJI.search(reading.text), POSITIVE_EMOJI.search(reading.text)
    sentiment, needs, sure = Sentiment.NEUTRAL, False, True
    if reading.links:
        reason, needs, sure = Reason("link_only", reading.links[0][:60]), True, False
    elif "?" in reading.text:
        reason, needs, sure = Reason("question_mark", "?"), True, False
    elif frown:
        reason, sentiment = Reason("emoji_negative", frown[0]), Sentiment.NEGATIVE
    elif smile:
        reason, sentiment = Reason("emoji_positive", smile[0]), Sentiment.POSITIVE
    else:
        reason = Reason("emoji_only", reading.text[:20]) if reading.text else Reason("empty")
    return Verdict(Lang.OTHER, sentiment, needs, Topic.OTHER, (reason,), sure)


def _topic(reading: Reading) -> tuple[Topic, list[Reason]]:
    best, weight, quoted = Topic.OTHER, 0.0, None
    for topic, each in _TOPICS:
        hits = reading.hits.get(f"topic.{topic}")
        if hits and len({hit.first for hit in hits}) * each > weight:
            best, weight, quoted = topic, len({hit.first for hit in hits}) * each, hits[0]
    if quoted is None and "product" in reading.hits:
        best, quoted = Topic.TARIFFS, reading.hits["product"][0]
    return best, [Reason("topic", reading.quote(quoted))] if quoted else []


def _spam(signs: Signs) -> bool:
    """An advertisement: two of its phrases, or one beside a link, and no trouble of the author's."""
    places = {hit.first for hit in signs.spam}
    return bool(places) and not signs.problem and (len(places) > 1 or bool(signs.reading.links))


def _sentiment(signs: Signs) -> Sentiment:
    """By the guide: a trouble or displeasure is negative however polite, thanks within a question are neutral."""
    asks = signs.asked or signs.question or signs.request
    if signs.problem or signs.sarcasm or signs.competitor:
        return Sentiment.NEGATIVE
    if signs.complaint or signs.has("insult") or (signs.rhetorical and not signs.praise):
        mild = signs.praise and len(signs.praise) > len(signs.complaint) and not signs.has("insult")
        return Sentiment.POSITIVE if mild and not asks else Sentiment.NEGATIVE
    if signs.frown and not (signs.praise or signs.closed):
        return Sentiment.NEGATIVE
    if asks and not signs.closed:
        return Sentiment.NEUTRAL
    if waiting(signs) and not (signs.praise or signs.thanks or signs.closed):
        return Sentiment.NEGATIVE
    glad = signs.praise or signs.thanks or (signs.smile and not signs.frown)
    return Sentiment.POSITIVE if glad else Sentiment.NEUTRAL


Grounds = list[tuple[str, list[Hit]]]


def _need(signs: Signs) -> tuple[bool, bool, Grounds]:
    """Whether somebody waits for an answer, whether that is sure, and the signs that decided it."""
    if _spam(signs):
        return False, True, [("spam_link" if signs.reading.links else "spam", signs.spam)]
    asks = bool(signs.question or signs.request)
    if signs.closed:
        doubt = asks or signs.asked
        return doubt, not doubt, [("closed", signs.closed), ("question_word", signs.question)]
    if signs.problem:
        return True, not signs.competitor and not signs.sarcasm, [("problem", signs.problem)]
    if signs.has("advice") and not signs.asked and (signs.reading.mention_first or not asks):
        return False, True, [("advice", signs.has("advice"))]
    if asks or signs.asked:
        sour = bool(signs.complaint or signs.has("insult") or signs.praise)
        return True, asks or not sour, [("question_word", signs.question), ("request", signs.request)]
    return _need_without_question(signs)


def _need_without_question(signs: Signs) -> tuple[bool, bool, Grounds]:
    size = len(signs.reading.words)
    if signs.sarcasm and signs.duration:
        return True, False, []
    sour = signs.complaint or signs.has("insult") or signs.rhetorical or signs.sarcasm or signs.competitor
    if sour:
        plain = size < LONG_GRUMBLE or bool(signs.rhetorical or signs.competitor)
        return not plain, plain, [("complaint", signs.complaint)]
    if signs.praise or signs.thanks:
        return size > LONG_PRAISE, size <= LONG_PRAISE, []
    for light in ("bump", "greeting", "chatter"):
        if signs.has(light) and _covered(signs):
            return False, True, [(light, signs.has(light))]
    if signs.frown and size < LONG_GRUMBLE:
        return False, True, []
    return True, False, []


def _covered(signs: Signs) -> bool:
    """Whether the post is nothing but greetings, «ап», «ок» and the like."""
    light = signs.has("bump") + signs.has("greeting") + signs.has("chatter")
    covered = {place for hit in light for place in range(hit.first, hit.end)}
    return all(word.lead or place in covered for place, word in enumerate(signs.reading.words))


def _reasons(signs: Signs, grounds: Grounds, sentiment: Sentiment) -> list[Reason]:
    """The deciding signs first, then what coloured the sentiment, then how the letters were read."""
    reading = signs.reading
    told: Grounds = [
        *grounds,
        ("sarcasm", signs.sarcasm), ("competitor", signs.competitor), ("duration", signs.duration),
        ("complaint", signs.complaint), ("insult", signs.has("insult")), ("rhetorical", signs.rhetorical),
        ("question_word", signs.question), ("request", signs.request), ("praise", signs.praise),
        ("thanks", signs.thanks), ("product", signs.has("product")),
    ]  # fmt: skip
    why = [Reason(code, reading.quote(max(hits, key=_length))) for code, hits in told if hits]
    if signs.asked:
        why.insert(min(1, len(why)), Reason("question_mark", "?"))
    if signs.frown and sentiment is Sentiment.NEGATIVE:
        why.append(Reason("emoji_negative", signs.frown))
    if signs.smile and sentiment is Sentiment.POSITIVE:
        why.append(Reason("emoji_positive", signs.smile))
    if signs.caps:
        why.append(Reason("caps"))
    why = why or [Reason("no_cue")]
    if reading.repair:
        why.insert(1, Reason(reading.repair, (reading.meant or reading.text)[:60]))
    return why


def _length(hit: Hit) -> int:
    return hit.end - hit.first
