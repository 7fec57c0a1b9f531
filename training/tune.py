"""Cross-validation over the writers of the training part: what settings are chosen by, before the test is opened.

Each fold leaves out one writer whole, so a writer's turns of phrase cannot be learned by heart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bot.language.exact import Matrix, exp, log
from bot.language.examples import Example, Written, shipped_corpus, supplement
from bot.language.material import Material
from bot.language.model import Model
from bot.language.scores import Pairs, accuracy
from bot.language.training import ANSWERS, Settings, fit
from bot.language.weights import HEADS
from training.tables import SCORES, confused, grouped, overall

Outputs = dict[str, list[tuple[object, list[float]]]]
"""By question: (label, outputs of that head) of every post, each judged by a model that never saw its writer."""


class Folds:
    """The training part read once; each run trains as many models as there are writers."""

    def __init__(self, posts: Sequence[Written], beside: Sequence[Example], products: Sequence[str]) -> None:
        writers = {id(post.example): post.writer for post in posts}
        self.material = Material([*(post.example for post in posts), *beside], products)
        self._writers = [writers.get(id(one), "") for one in self.material.examples]

    def order(self) -> list[Example]:
        """The posts in the order of the outputs."""
        writers = sorted(set(self._writers) - {""})
        return [
            self.material.examples[at] for writer in writers for at, one in enumerate(self._writers) if one == writer
        ]

    def run(self, settings: Settings) -> Outputs:
        found: Outputs = {name: [] for name in HEADS}
        for writer in sorted(set(self._writers) - {""}):
            rest = [at for at, one in enumerate(self._writers) if one != writer]
            held = [at for at, one in enumerate(self._writers) if one == writer]
            model = Model(fit(self.material.part(rest), settings))
            for at in held:
                outputs = model(self.material.seen[at]).outputs
                for name, head in HEADS.items():
                    found[name].append((getattr(self.material.examples[at], name), outputs[head]))
        return found


def scores(outputs: Outputs) -> dict[str, float]:
    found = {}
    for name, judged in outputs.items():
        pairs = [(label, ANSWERS[name][told.index(max(told))]) for label, told in judged]
        found[name] = SCORES[name](pairs)
        found[f"{name}.accuracy"] = accuracy(pairs)
    return found


def heats(outputs: Outputs) -> dict[str, float]:
    """By head, the divisor under which the outputs' softmax fits the labels best (least cross-entropy)."""
    found = {}
    for name, judged in outputs.items():
        told = np.array([one for _, one in judged])
        right = np.array([ANSWERS[name].index(label) for label, _ in judged])
        found[name] = min((divisor / 20 for divisor in range(4, 41)), key=lambda heat: _entropy(told / heat, right))
    return found


def _entropy(told: Matrix, right: Matrix) -> float:
    told = told - told.max(axis=1, keepdims=True)
    total = log(exp(told).sum(axis=1))
    return float((total - told[np.arange(len(told)), right]).mean())


def crossed(posts: Sequence[Written], products: Sequence[str]) -> str:
    """The training part as Markdown, each post judged by a model that never saw its writer."""
    folds = Folds(posts, supplement(), products)
    outputs = folds.run(Settings())
    order = folds.order()
    said: dict[str, Pairs] = {
        name: [(label, ANSWERS[name][told.index(max(told))]) for label, told in judged]
        for name, judged in outputs.items()
    }
    cases = {id(post.example): post.case for post in posts}
    kinds = {
        "lang": [str(example.lang) for example in order],
        "case": [cases[id(example)] for example in order],
    }  # fmt: skip
    parts = ["### Cross-validation over writers", overall(said)]
    for kind, values in kinds.items():
        groups = {
            value: {name: [pairs[at] for at, one in enumerate(values) if one == value] for name, pairs in said.items()}
            for value in sorted(set(values))
        }
        parts += [f"Shares of right answers by {kind}:", grouped(kind, groups)]
    parts += [f"#### Confusion: {name}\n\n{confused(pairs)}" for name, pairs in said.items()]
    return "\n\n".join(parts)


def trials(base: Settings) -> Iterator[tuple[str, Settings]]:
    """One change at a time."""
    yield "base", base
    for name in ("hold_pieces", "hold_words", "hold_letters", "hold_figures"):
        for factor in (0.3, 3.0):
            yield f"{name} × {factor}", replace(base, **{name: getattr(base, name) * factor})
    for smooth in (0.0, 0.1):
        yield f"smooth {smooth}", replace(base, smooth=smooth)
    for balance in (0.0, 0.5, 1.0):
        yield f"balance {balance}", replace(base, balance=(balance,) * 4)


def tune(products: Sequence[str], base: Settings | None = None) -> Iterator[str]:
    """A line per trial; the last line gives the heats of the base settings."""
    base = base or Settings()
    folds = Folds(shipped_corpus(), supplement(), products)
    for name, settings in trials(base):
        outputs = folds.run(settings)
        found = scores(outputs)
        yield f"{name:22s} " + "  ".join(f"{key} {value:.4f}" for key, value in found.items() if "." not in key)
        if name == "base":
            yield f"{'heat':22s} " + "  ".join(f"{key} {value:g}" for key, value in heats(outputs).items())
