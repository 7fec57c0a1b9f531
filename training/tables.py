"""Figures as Markdown: scores with their intervals, groups of posts, confusion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence

from bot.language.scores import Pairs, accuracy, confusion, f1, interval, macro_f1


def needs_f1(pairs: Pairs) -> float:
    """F1 of "needs a reply"."""
    return f1(pairs, True)


SCORES = {"sentiment": macro_f1, "needs_reply": needs_f1, "topic": macro_f1, "lang": macro_f1}
"""The score that each question is measured by."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def overall(by_question: Mapping[str, Pairs]) -> str:
    rows = []
    for name, pairs in by_question.items():
        low, high = interval(pairs, SCORES[name])
        right_low, right_high = interval(pairs, accuracy)
        rows.append([
            name, str(len(pairs)), f"{SCORES[name](pairs):.3f} ({low:.3f}–{high:.3f})",
            f"{accuracy(pairs):.3f} ({right_low:.3f}–{right_high:.3f})",
        ])  # fmt: skip
    return table(["question", "posts", "F1 (95 %)", "accuracy (95 %)"], rows)


def grouped(title: str, groups: Mapping[str, Mapping[str, Pairs]]) -> str:
    """A line for each group; macro-F1 says little of few posts, so these are shares of right answers."""
    names = list(next(iter(groups.values())))
    rows = [
        [group, str(len(pairs[names[0]])), *(f"{accuracy(pairs[name]):.2f}" for name in names)]
        for group, pairs in sorted(groups.items(), key=lambda one: -len(one[1][names[0]]))
    ]
    return table([title, "posts", *names], rows)


def confused(pairs: Pairs) -> str:
    """Labels in lines, answers in columns."""
    found = confusion(pairs)
    answers = sorted({answer for counts in found.values() for answer in counts} | set(found), key=str)
    rows = [
        [str(label), *(str(found.get(label, _NOTHING)[answer]) for answer in answers), f"{f1(pairs, label):.2f}"]
        for label in answers
    ]
    return table(["label \\ answer", *map(str, answers), "F1"], rows)


_NOTHING: Counter[Hashable] = Counter()
