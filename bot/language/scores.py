"""How well answers agree with labels: accuracy, F1, macro-F1, their intervals, and Cohen's κ of two labellers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

import numpy as np

Pairs: TypeAlias = Sequence[tuple[Hashable, Hashable]]
"""(label, answer) of each post."""

SAMPLES = 1_000


def accuracy(pairs: Pairs) -> float:
    return sum(label == answer for label, answer in pairs) / len(pairs)


def f1(pairs: Pairs, of: Hashable) -> float:
    """The harmonic mean of precision and recall of one answer; 0 where it is never right."""
    counts = Counter(pairs)
    right = counts[of, of]
    labelled = sum(count for (label, _), count in counts.items() if label == of)
    answered = sum(count for (_, answer), count in counts.items() if answer == of)
    return 2 * right / (labelled + answered) if right else 0.0


def macro_f1(pairs: Pairs) -> float:
    """The mean F1 of the answers that occur among the labels."""
    occurring = {label for label, _ in pairs}
    return sum(f1(pairs, one) for one in sorted(occurring, key=str)) / len(occurring)


def interval(pairs: Pairs, score: Callable[[Pairs], float], seed: int = 4) -> tuple[float, float]:
    """The 95 % bootstrap interval of a score: between its 2.5th and 97.5th percentile over drawn samples."""
    draw = np.random.Generator(np.random.PCG64(seed))
    found = []
    for _ in range(SAMPLES):
        chosen = draw.integers(0, len(pairs), len(pairs))
        found.append(score([pairs[at] for at in chosen]))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def kappa(pairs: Pairs) -> float:
    """Cohen's κ: the agreement of two labellers beyond what chance gives; 1 where both always say the same."""
    one, other = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    by_chance = sum(count * other[label] for label, count in one.items()) / len(pairs) ** 2
    return 1.0 if by_chance == 1 else (accuracy(pairs) - by_chance) / (1 - by_chance)


def confusion(pairs: Pairs) -> dict[Hashable, Counter[Hashable]]:
    """By label, how often each answer was given."""
    found: dict[Hashable, Counter[Hashable]] = {}
    for label, answer in pairs:
        found.setdefault(label, Counter())[answer] += 1
    return found
