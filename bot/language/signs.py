"""What stands in a reading, weighed against its surroundings: negation, sarcasm, rhetoric, thanks out of politeness."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from bot.language.reading import Hit, Reading

NEGATIVE_EMOJI = re.compile("[😡🤬😠👎😤💩🤮😞😢😭🙄😒😩😫💔😔🤡🤦😾🖕😕🙁☹😣😖😰😥😪💢👿🤷]|:-?\\(|\\({2,}|:'\\(")
POSITIVE_EMOJI = re.compile("[❤👍🙏😍🥰😘💛💙💚👏🔥💪🎉😊☺🤗💯🌹🌺💐🫶🥳👌🤩😻💕💖💗💓❣💞♥😇🥹😄😃😁🙂]")
_CAPITALS = re.compile(r"[A-ZА-ЯІЇЄҐЁ]{3,}")
_LETTERS = re.compile(r"[^\W\d_]")
_SMALL = re.compile(r"[a-zа-яіїєґё]")
NEGATION = frozenset(
    {"не", "ні", "ни", "нет", "нема", "немає", "без", "ніякої", "ніяких", "ne"}
    | {"not", "no", "never", "dont", "doesnt", "isnt", "wasnt", "arent", "didnt", "cant"}
)
"""Words that turn round what follows them; "ne" is translit."""
_DEGREE = frozenset(
    {"дуже", "надто", "так", "зовсім", "очень", "слишком", "сильно", "особливо", "особо", "такий", "така", "таке"}
    | {"такая", "такой", "very", "so", "really", "that", "the", "a", "an", "any", "such"}
)
"""Words that may stand between a negation and what it turns round."""
_LOYAL = re.compile("р[іо]к|год|лет|year")


@dataclass(slots=True)
class Signs:
    """The cues that hold after weighing; each is a list of hits, empty where the sign is absent."""

    reading: Reading
    question: list[Hit]
    request: list[Hit]
    problem: list[Hit]
    complaint: list[Hit]
    praise: list[Hit]
    thanks: list[Hit]
    closed: list[Hit]
    duration: list[Hit]
    rhetorical: list[Hit]
    sarcasm: list[Hit]
    competitor: list[Hit]
    spam: list[Hit]
    asked: bool
    """A question mark that is not mere rhetoric."""
    frown: str
    smile: str
    caps: bool

    def has(self, group: str) -> list[Hit]:
        """The hits of a group that needs no weighing: insult, advice, greeting, bump, chatter, polite."""
        return self.reading.hits.get(group, [])


def weigh(reading: Reading) -> Signs:
    """The signs of a reading that has words."""
    hits = reading.hits
    praise, not_praise = _by_negation(reading, hits.get("praise", []))
    closed, not_closed = _by_negation(reading, hits.get("closed", []))
    problem = _by_negation(reading, hits.get("problem", []))[0] + not_closed
    complaint = _by_negation(reading, hits.get("complaint", []))[0] + not_praise
    rhetorical = hits.get("rhetorical", [])
    question = _apart(hits.get("question_word", []), rhetorical)
    asked = _has_mark(reading) and bool(question or not rhetorical)
    if praise and not (problem or asked):
        question = [hit for hit in question if hit.end - hit.first > 1]
    closed = _still_closed(closed, problem)
    signs = Signs(
        reading, question, hits.get("request", []), [] if closed else problem, complaint, praise,
        hits.get("thanks", []), closed, hits.get("duration", []), rhetorical, [], [], hits.get("spam", []), asked,
        _first(NEGATIVE_EMOJI, reading.text), _first(POSITIVE_EMOJI, reading.text), _shouts(reading.text),
    )  # fmt: skip
    signs.sarcasm = _sarcasm(signs)
    signs.competitor = _competitor(signs)
    return signs


def _by_negation(reading: Reading, hits: list[Hit]) -> tuple[list[Hit], list[Hit]]:
    """The hits that stand as they are, and those that a negation turns round (widened by it)."""
    straight, turned = [], []
    for hit in hits:
        before = _negation_before(reading, hit.first)
        if before is None or reading.words[hit.first].plain in NEGATION:
            straight.append(hit)
        else:
            turned.append(hit._replace(first=before))
    return straight, turned


def _negation_before(reading: Reading, place: int) -> int | None:
    for at in (place - 1, place - 2):
        if at < 0 or reading.starts[at + 1]:
            return None
        word = reading.words[at].plain
        if word in NEGATION:
            return at
        if word not in _DEGREE:
            return None
    return None


def _apart(hits: list[Hit], others: list[Hit]) -> list[Hit]:
    """The hits that share no word with the others."""
    taken = {place for hit in others for place in range(hit.first, hit.end)}
    return [hit for hit in hits if taken.isdisjoint(range(hit.first, hit.end))]


def _has_mark(reading: Reading) -> bool:
    text = reading.text
    return "?" in text and text.count("?") > sum(link.count("?") for link in reading.links)


def _still_closed(closed: list[Hit], problem: list[Hit]) -> list[Hit]:
    """Closed holds only where no trouble is told after it."""
    last = max((hit.end for hit in problem), default=0)
    return [hit for hit in closed if hit.end >= last]


def _first(signs: re.Pattern[str], text: str) -> str:
    found = signs.search(text)
    return found[0] if found else ""


def _shouts(text: str) -> bool:
    """At least twelve letters, two in three of them capitals."""
    if not _CAPITALS.search(text):
        return False
    letters, small = len(_LETTERS.findall(text)), len(_SMALL.findall(text))
    return letters >= 12 and small * 3 <= letters


def _sarcasm(signs: Signs) -> list[Hit]:
    """Praise or thanks in one breath with a trouble, or a phrase that only mocks beside any displeasure."""
    sour = signs.problem + signs.complaint
    mocking = signs.has("sarcasm")
    waits = waiting(signs)
    if mocking and (sour or waits or signs.frown):
        return mocking
    if signs.closed or signs.question or signs.request:
        return []
    sentence = list(accumulate(signs.reading.starts))
    for kinds, against in ((signs.praise, sour), (signs.thanks, sour + waits)):
        last = {sentence[bad.first]: bad for bad in sorted(against, key=lambda bad: bad.first)}
        for kind in kinds:
            bad = last.get(sentence[kind.first])
            if bad and kind.first < bad.first:
                return [kind._replace(end=max(kind.end, bad.end))]
    return []


def waiting(signs: Signs) -> list[Hit]:
    """The durations that are no years of loyalty."""
    return [hit for hit in signs.duration if not _LOYAL.search(signs.reading.quote(hit).lower())]


def _competitor(signs: Signs) -> list[Hit]:
    """Leaving for another operator, or praise in a post that names one."""
    named = signs.has("competitor")
    if named and (signs.has("leaving") or signs.praise) and not signs.asked:
        return named
    return signs.has("quitting")
