"""Training: exact arithmetic, the same bytes each time, weights that are refused when they are none, and retraining."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bot.domain.model import Lang, Sentiment, Topic
from bot.language import Classifier, exact
from bot.language.descent import least
from bot.language.examples import Example, read_corpus, read_everyday, shipped_corpus
from bot.language.model import shipped_weights
from bot.language.retraining import retrain
from bot.language.scores import accuracy, f1, interval, kappa, macro_f1
from bot.language.training import Settings, train
from bot.language.weights import MAGIC, BadWeights, dump, load

FEW = [one.example for one in shipped_corpus()[:300]]
QUICK = Settings(rounds=15)


def said(text: str, sentiment: Sentiment, needs: bool, topic: Topic = Topic.OTHER) -> Example:
    return Example(text, Lang.UK, sentiment, needs, topic)


def test_the_exponential_and_the_logarithm_are_right() -> None:
    x = np.linspace(-300, 300, 2_001)
    assert np.allclose(exact.exp(x), np.exp(x), rtol=1e-12)
    y = np.exp(np.linspace(-200, 200, 2_001))
    assert np.allclose(exact.log(y), np.log(y), rtol=1e-13, atol=1e-14)


def test_sparse_products_are_those_of_dense_ones() -> None:
    rows = [np.array([3, 5, 3]), np.array([], np.int64), np.array([7, 99])]
    columns, scales = np.array([3, 5, 7]), np.array([0.5, 1.0, 2.0])
    counts = exact.Counts(rows, scales, columns)
    dense = np.array([[1.0, 0.5, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    right, left = np.arange(6.0).reshape(3, 2), np.arange(6.0).reshape(3, 2) + 1
    assert np.array_equal(counts.times(right), dense @ right)
    assert np.array_equal(counts.turned_times(left), dense.T @ left)
    assert np.allclose(exact.product(dense, right), dense @ right)
    assert np.allclose(exact.turned_product(dense, left), dense.T @ left)


def test_the_search_finds_the_least() -> None:
    target = np.array([1.0, -2.0, 3.0])
    steep = np.array([1.0, 10.0, 100.0])
    found = least(np.zeros(3), lambda x: (float((steep * (x - target) ** 2).sum()), 2 * steep * (x - target)), 60)
    assert np.allclose(found, target, atol=1e-2)


def test_the_same_examples_give_the_same_bytes() -> None:
    assert dump(train(FEW, QUICK)) == dump(train(list(FEW), QUICK))


def test_weights_come_back_from_their_file() -> None:
    raw = dump(train(FEW[:80], QUICK))
    assert dump(load(raw)) == raw
    assert len(shipped_weights()) <= 3_000_000


@pytest.mark.parametrize("spoil", [
    lambda raw: b"", lambda raw: b"PK\x03\x04" + raw, lambda raw: raw[:-1], lambda raw: raw + b"\x00",
    lambda raw: MAGIC, lambda raw: MAGIC + b"{}\n", lambda raw: raw.replace(b"sign.question", b"sign.answered", 1),
    lambda raw: raw.replace(b'"bias":[', b'"bias":[NaN,', 1), lambda raw: MAGIC + b"[" * 100_000 + b"\n",
])  # fmt: skip
def test_what_are_no_weights_is_refused(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(BadWeights):
        load(spoil(shipped_weights()))


def test_a_model_learns_what_it_is_taught() -> None:
    good = [said(f"зюзюка {word}", Sentiment.POSITIVE, False) for word in ("тут", "там", "вчора", "знов", "була")]
    bad = [said(f"мурмука {word}", Sentiment.NEGATIVE, True) for word in ("тут", "там", "вчора", "знов", "була")]
    taught = Classifier(weights=dump(train([*FEW[:100], *good * 3, *bad * 3])))
    assert taught("ця зюзюка").sentiment is Sentiment.POSITIVE
    assert taught("ця мурмука").sentiment is Sentiment.NEGATIVE


def test_retraining_keeps_what_is_better_on_the_teams_own_labels() -> None:
    team = [Example(f"зюзюка {word}", needs_reply=True) for word in ("тут", "там", "вчора", "знов", "була", "десь")]
    held = [
        Example("ота зюзюка", needs_reply=True),
        Example("зюзюка ж", needs_reply=True),
        Example("Дякую!", needs_reply=False),
    ]
    outcome = retrain(team * 3, held, corpus=FEW, old=dump(train(FEW, QUICK)))
    assert outcome.new.posts == 3
    assert outcome.new.needs_reply == 1.0
    assert outcome.new.sentiment is None
    assert outcome.better
    assert Classifier(weights=outcome.weights)("та зюзюка").needs_reply


def test_retraining_on_nonsense_keeps_the_old_model() -> None:
    upside_down = [Example(one.text, sentiment=one.sentiment, needs_reply=not one.needs_reply) for one in FEW[:100]]
    outcome = retrain(upside_down, FEW[100:200], corpus=FEW[:60])
    assert not outcome.better
    assert outcome.old.mean is not None
    assert outcome.new.mean is not None
    assert outcome.new.mean < outcome.old.mean


def test_without_held_back_labels_nothing_is_replaced() -> None:
    assert not retrain([], [], corpus=FEW[:40]).better


def test_the_corpus_is_read_strictly() -> None:
    head = "id\twriter\tcase\tlang\tsentiment\treply\ttopic\ttext\n"
    (one,) = read_corpus(head + "a1\tw1\tplain\tuk\tneutral\tyes\troaming\tперший\\nдругий\n")
    assert one.example == Example("перший\nдругий", Lang.UK, Sentiment.NEUTRAL, True, Topic.ROAMING)
    with pytest.raises(ValueError, match="line 1"):
        read_corpus("id\ttext\n")
    with pytest.raises(ValueError, match="line 2"):
        read_corpus(head + "a1\tw1\tplain\tuk\tgloomy\tyes\troaming\ta\n")
    assert read_everyday("id\ttone\ttext\ne1\tpositive\tгарний день\n")[0].sentiment is Sentiment.POSITIVE


def test_scores_are_what_they_are_called() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]
    assert accuracy(pairs) == 0.75
    assert f1(pairs, "a") == pytest.approx(2 / 3)
    assert f1(pairs, "b") == pytest.approx(0.8)
    assert macro_f1(pairs) == pytest.approx((2 / 3 + 0.8) / 2)
    assert kappa(pairs) == pytest.approx(0.5)
    assert kappa([("a", "a")]) == 1.0
    low, high = interval(pairs, accuracy)
    assert 0 <= low < 0.75 < high <= 1
    assert interval(pairs, accuracy) == (low, high)
    assert math.isclose(f1([("a", "b")], "a"), 0.0)
