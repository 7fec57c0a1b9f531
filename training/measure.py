"""Measuring the shipped model: on the frozen test part of the corpus, and on outside sets that are named on the line.

Nothing here feeds back into training.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.model import Verdict
from bot.domain.triage import judge
from bot.language import Reading, by_cues, by_model, classify
from bot.language.examples import Written, read_corpus
from bot.language.scores import Pairs, accuracy, interval, kappa, macro_f1
from bot.language.weighing import CLEAR
from training.tables import SCORES, confused, grouped, overall, table

CORPUS = Path(__file__).parent / "corpus"
QUESTIONS = ("sentiment", "needs_reply", "topic", "lang")
PRODUCTS = ("Супер 3D", "Любов", "Лайт", "Все разом", "Мій Київстар")
"""The products that the writers were told of."""

Scorer = Callable[[Reading], Verdict]
Judged = Sequence[tuple[Written, Verdict]]


def read_test() -> list[Written]:
    """The frozen test part; empty as long as there is none."""
    file = CORPUS / "test.tsv"
    return read_corpus(file.read_text(encoding="utf-8")) if file.exists() else []


def judged(posts: Sequence[Written], scorer: Scorer = by_model) -> Judged:
    return [(post, classify(post.example.text, products=PRODUCTS, scorer=scorer)) for post in posts]


def pairs_of(said: Judged, question: str) -> Pairs:
    return [(getattr(post.example, question), getattr(verdict, question)) for post, verdict in said]


def report_of_test(posts: Sequence[Written]) -> str:
    """Everything about the frozen test, as Markdown."""
    said, cued = judged(posts), judged(posts, by_cues)
    parts = ["### Own test", overall({name: pairs_of(said, name) for name in QUESTIONS})]
    parts += ["The cues alone:", overall({name: pairs_of(cued, name) for name in QUESTIONS})]
    by_lang = _split(said, lambda post: str(post.example.lang))
    parts += ["### By language: F1", _f1_by(by_lang), "### By hard case: shares of right answers"]
    parts.append(grouped("case", {name: _pairs(some) for name, some in _split(said, lambda post: post.case).items()}))
    parts += ["### What becomes a card", doubt(said)]
    for name in QUESTIONS:
        parts += [f"### Confusion: {name}", confused(pairs_of(said, name))]
    return "\n\n".join(parts)


def _split(said: Judged, by: Callable[[Written], str]) -> dict[str, Judged]:
    found: dict[str, list[tuple[Written, Verdict]]] = {}
    for post, verdict in said:
        found.setdefault(by(post), []).append((post, verdict))
    return dict(found)


def _pairs(said: Judged) -> dict[str, Pairs]:
    return {name: pairs_of(said, name) for name in QUESTIONS}


def _f1_by(groups: dict[str, Judged]) -> str:
    rows = [
        [group, str(len(some)), *(f"{SCORES[name](pairs_of(some, name)):.3f}" for name in QUESTIONS[:3])]
        for group, some in sorted(groups.items(), key=lambda one: -len(one[1]))
    ]
    return table(["lang", "posts", *QUESTIONS[:3]], rows)


def doubt(said: Judged) -> str:
    """How margins trade missed questions for needless cards."""
    rows = []
    needy = [_chance(verdict) for post, verdict in said if post.example.needs_reply]
    quiet = [_chance(verdict) for post, verdict in said if not post.example.needs_reply]
    for margin in (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        missed = sum(chance < margin for chance in needy) / len(needy)
        needless = sum(chance >= margin for chance in quiet) / len(quiet)
        doubtful = sum(margin <= chance < CLEAR for chance in needy + quiet) / (len(needy) + len(quiet))
        rows.append([f"{margin:g}", f"{missed:.1%}", f"{needless:.1%}", f"{doubtful:.1%}"])
    missed = sum(not _opens(verdict) for post, verdict in said if post.example.needs_reply) / len(needy)
    shown = f"As shipped, {missed:.1%} of the posts that need a reply stay without a card."
    return (
        table(["margin", "questions missed", "quiet posts carded", "cards marked as doubtful"], rows) + f"\n\n{shown}"
    )


def _chance(verdict: Verdict) -> float:
    if verdict.probabilities is None:
        return 0.5 if not verdict.sure else float(verdict.needs_reply)
    return verdict.probabilities.needs_reply


_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _opens(verdict: Verdict) -> bool:
    day = timedelta(days=1)
    return judge(verdict, official=False, published_at=_NOW, now=_NOW, lookback=day, first_look=False).opens


def agreement(posts: Sequence[Written], second: str) -> str:
    """Cohen's κ of the corpus' labels and the second labelling: lines of id, lang, sentiment, reply, topic."""
    first = {post.id: post.example for post in posts}
    others = [line.split("\t") for line in second.splitlines()[1:]]
    rows = []
    for column, name in ((2, "sentiment"), (3, "needs_reply"), (4, "topic"), (1, "lang")):
        pairs = [(_plain(getattr(first[line[0]], name)), line[column]) for line in others if line[0] in first]
        low, high = interval(pairs, kappa)
        rows.append([name, str(len(pairs)), f"{kappa(pairs):.2f} ({low:.2f}–{high:.2f})", f"{accuracy(pairs):.1%}"])
    return table(["question", "posts", "Cohen's κ (95 %)", "same label"], rows)


def _plain(label: object) -> str:
    return {True: "yes", False: "no"}[label] if isinstance(label, bool) else str(label)


def telecom(path: Path) -> str:
    """Tweets to telecoms: columns ``text`` and ``sentiment``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return _outside("Telecom tweets", [(row["sentiment"], row["text"]) for row in rows])


def rusentitweet(path: Path) -> str:
    """General Russian tweets: columns ``text`` and ``label``; speech acts and skipped ones are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in ("negative", "neutral", "positive")]
    return _outside("RuSentiTweet", [(row["label"], row["text"]) for row in rows])


def _outside(name: str, posts: Sequence[tuple[str, str]]) -> str:
    pairs = [(label, str(classify(text).sentiment)) for label, text in posts]
    low, high = interval(pairs, macro_f1)
    line = f"{len(pairs)} posts: macro-F1 {macro_f1(pairs):.3f} ({low:.3f}–{high:.3f}), accuracy {accuracy(pairs):.3f}"
    return f"### {name}\n\n{line}\n\n{confused(pairs)}"


def languages(path: Path) -> str:
    """Texts with a language: a CSV with the columns ``text`` and ``lang`` (ua, uk, ru); others are left out."""
    names = {"ua": "uk", "uk": "uk", "ru": "ru"}
    with path.open(encoding="utf-8", newline="") as file:
        pairs = [
            (names[row["lang"]], str(classify(row["text"]).lang))
            for row in csv.DictReader(file)
            if row["lang"] in names
        ]
    rows = []
    for lang in ("uk", "ru"):
        some = [pair for pair in pairs if pair[0] == lang]
        rows.append([lang, str(len(some)), f"{accuracy(some):.3f}"])
    return "### Language of full texts\n\n" + table(["lang", "texts", "right"], rows)
