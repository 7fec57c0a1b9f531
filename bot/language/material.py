"""Examples as numbers: which rows of the tables each post touches, and how heavily."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.language import exact, grams
from bot.language.exact import Counts, Matrix, Whole
from bot.language.examples import Example
from bot.language.features import Features, features
from bot.language.reading import read


class Material:
    """Examples as numbers: what is the same whatever the settings."""

    def __init__(self, examples: Sequence[Example], products: Sequence[str] = ()) -> None:
        seen = [(example, _seen(example.text, products)) for example in examples]
        self.examples = [example for example, found in seen if found]
        self.seen = [found for _, found in seen if found]
        self.figures = np.array([found.figures for found in self.seen], np.float64)
        forms: dict[str, int] = {}
        self.forms = [np.array([forms.setdefault(form, len(forms)) for form in one.forms]) for one in self.seen]
        hashes = np.array([grams.word_hash(form) for form in forms], np.uint64)
        self.pieces = [grams.meaning_rows(form) for form in forms]
        self.letters = [grams.lang_rows(form) for form in forms]
        alone, pairs = grams.word_rows(hashes), grams.pair_hashes(hashes)
        self.words = [np.concatenate((alone[one], grams.pair_rows(pairs[one]))) for one in self.forms]

    def part(self, chosen: Sequence[int]) -> Material:
        """Some of the examples; the forms stay."""
        part = object.__new__(Material)
        part.examples, part.seen = [self.examples[at] for at in chosen], [self.seen[at] for at in chosen]
        part.figures = self.figures[list(chosen)]
        part.forms, part.words = [self.forms[at] for at in chosen], [self.words[at] for at in chosen]
        part.pieces, part.letters = self.pieces, self.letters
        return part


def _seen(text: str, products: Sequence[str]) -> Features | None:
    reading = read(text, products)
    return features(reading) if reading.words else None


class Group:
    """Posts × rows of one table: ``rows`` are those that are learned, ``rarity`` [rows, 1] how heavy each is."""

    rows: Whole
    rarity: Matrix

    def times(self, weights: Matrix) -> Matrix:
        """What weights of the rows add to each post: [posts, outputs]."""
        raise NotImplementedError

    def turned_times(self, rest: Matrix) -> Matrix:
        """The slope of the rows by that of the posts: [rows, outputs]."""
        raise NotImplementedError


class Pieces(Group):
    """Rows of pieces. Posts share few forms, so pieces are summed by form, and forms by post."""

    def __init__(self, material: Material, by_form: list[Whole], rare: int) -> None:
        counts = np.array([len(rows) for rows in by_form])
        sizes = np.array([max(1, int(counts[one].sum())) for one in material.forms], np.float64)
        every = np.arange(len(by_form))
        self._posts = Counts(material.forms, 1 / np.sqrt(sizes), every)
        often = np.bincount(np.concatenate([np.unique(one) for one in material.forms]), minlength=len(by_form))
        flat, owners = np.concatenate(by_form), np.repeat(every, counts)
        self.rows, rarity = _rarity(flat, often[owners], len(material.forms), rare)
        self._forms = Counts([rows if often[at] else rows[:0] for at, rows in enumerate(by_form)],
                             np.ones(len(by_form)), self.rows)  # fmt: skip
        self.rarity = rarity[:, None]

    def times(self, weights: Matrix) -> Matrix:
        return self._posts.times(self._forms.times(weights * self.rarity))

    def turned_times(self, rest: Matrix) -> Matrix:
        return self._forms.turned_times(self._posts.turned_times(rest)) * self.rarity


class Words(Group):
    """Rows of words and pairs, which belong to posts directly."""

    def __init__(self, material: Material, rare: int) -> None:
        sizes = np.array([len(one) for one in material.words], np.float64)
        once = np.concatenate([np.unique(one) for one in material.words])
        self.rows, rarity = _rarity(once, np.ones(len(once), np.int64), len(material.words), rare)
        self._posts = Counts(material.words, 1 / np.sqrt(sizes), self.rows)
        self.rarity = rarity[:, None]

    def times(self, weights: Matrix) -> Matrix:
        return self._posts.times(weights * self.rarity)

    def turned_times(self, rest: Matrix) -> Matrix:
        return self._posts.turned_times(rest) * self.rarity


def _rarity(rows: Whole, often: Whole, posts: int, rare: int) -> tuple[Whole, Matrix]:
    """The rows that are in ``rare`` posts at least, and how rare each is: 1 for one in 150 posts, less for others."""
    found, place = np.unique(rows, return_inverse=True)
    counts = np.bincount(place, weights=often.astype(np.float64))
    found, counts = found[counts >= rare], counts[counts >= rare]
    return found, exact.log(1.0 + posts / counts) * 0.2
