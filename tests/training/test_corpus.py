"""The corpus and its tools: what labellers hand over is adopted strictly, and measures print what was counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.model import Lang, Topic
from bot.language.examples import COLUMNS, read_corpus, read_everyday, shipped_corpus, shipped_examples
from bot.language.tone import read_tones
from bot.language.training import Settings
from training import adopt, measure
from training.tables import confused, grouped, overall
from training.tune import Folds, crossed, heats, scores

ROW = "w1-1\tw1\tplain\tuk\tneg\t1\tbilling\tЗняли гроші\\nі мовчать"
TEST = "t1-1\tt1\tplain\tru\tpos\t0\tother\tСпасибо вам"


@pytest.fixture
def adopted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as labellers hand it over, and places of our own for what becomes of it."""
    (tmp_path / "package" / "corpus").mkdir(parents=True)
    (tmp_path / "package" / "tone.tsv").write_text("добрий\tuk\t1\n", encoding="utf-8")
    (tmp_path / "package" / "corpus" / "everyday.tsv").write_text("id\ttone\ttext\tlang\n", encoding="utf-8")
    (tmp_path / "ours").mkdir()
    monkeypatch.setattr(adopt, "PACKAGE", tmp_path / "package")
    monkeypatch.setattr(adopt, "HERE", tmp_path / "ours")
    given = tmp_path / "given"
    given.mkdir()
    (given / "train.tsv").write_text(ROW + "\n", encoding="utf-8")
    (given / "test.tsv").write_text("id\twriter\tcase\tlang\tsentiment\tneeds_reply\ttopic\ttext\n" + TEST, "utf-8")
    return given


def test_short_labels_are_written_out(adopted: Path, tmp_path: Path) -> None:
    (adopted / "second.tsv").write_text("w1-1\tuk\tneu\t0\tbilling\n", encoding="utf-8")
    (adopted / "tone.tsv").write_text("a1\tneg\tДощить\n", encoding="utf-8")
    (adopted / "lexicon.tsv").write_text("добрий\tuk\t2\nлих*\tuk\t-2\n", encoding="utf-8")
    adopt.adopt(adopted)
    (post,) = read_corpus((tmp_path / "package" / "corpus" / "train.tsv").read_text(encoding="utf-8"))
    assert (post.example.sentiment, post.example.needs_reply) == ("negative", True)
    assert post.example.text == "Зняли гроші\nі мовчать"
    assert len(read_corpus((tmp_path / "ours" / "test.tsv").read_text(encoding="utf-8"))) == 1
    assert (tmp_path / "ours" / "second.tsv").read_text(encoding="utf-8").endswith("w1-1\tuk\tneutral\tno\tbilling\n")
    (rain,) = read_everyday((tmp_path / "package" / "corpus" / "everyday.tsv").read_text(encoding="utf-8"))
    assert (rain.sentiment, rain.lang, rain.topic) == ("negative", None, None)
    tones = read_tones((tmp_path / "package" / "tone.tsv").read_text(encoding="utf-8"))
    assert tones == {"добрий": 1, "лих*": -2}


@pytest.mark.parametrize(
    ("train", "says"),
    [
        (ROW.replace("\tplain", ""), "w1-1: 7 columns"),
        (ROW.replace("neg", "sad"), "'sad' is not a valid Sentiment"),
        (ROW.replace("Зняли гроші\\nі мовчать", "Спасибо вам, очень помогли"), "the other part too: t1-1"),
    ],
)
def test_what_is_wrong_is_refused(adopted: Path, train: str, says: str) -> None:
    (adopted / "train.tsv").write_text(train, encoding="utf-8")
    (adopted / "test.tsv").write_text(TEST + ", очень помогли", encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        adopt.adopt(adopted)


def test_the_shipped_corpus_is_whole() -> None:
    corpus, test = shipped_corpus(), measure.read_test()
    ids = Counter(post.id for post in [*corpus, *test])
    assert max(ids.values()) == 1
    assert not {post.writer for post in corpus} & {post.writer for post in test}
    assert {post.example.topic for post in corpus} == set(Topic)
    assert {post.example.lang for post in corpus} == set(Lang)
    assert len(shipped_examples()) > len(corpus)
    assert len(COLUMNS) == 8


def test_each_post_is_judged_by_a_model_that_never_saw_its_writer() -> None:
    posts = [replace(post, writer=f"w{at % 2}") for at, post in enumerate(shipped_corpus()[:80])]
    folds = Folds(posts, [], ())
    outputs = folds.run(Settings(rounds=5))
    assert all(len(judged) == len(folds.order()) for judged in outputs.values())
    assert set(scores(outputs)) >= {"sentiment", "needs_reply", "topic", "lang", "topic.accuracy"}
    assert all(0.2 <= heat <= 2 for heat in heats(outputs).values())
    assert "### Cross-validation" in crossed(posts, ())


def test_tables_are_markdown_of_what_was_counted() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b")]
    assert "| a | 1 | 1 | 0.67 |" in confused(pairs)
    assert "| x | 3 | 0.67 |" in grouped("kind", {"x": {"topic": pairs}})
    assert overall({"topic": pairs}).splitlines()[2].startswith("| topic | 3 | 0.667 (")


def test_a_report_of_labelled_posts_tells_what_becomes_a_card() -> None:
    posts = shipped_corpus()[:60]
    report = measure.report_of_test(posts)
    assert "stay without a card" in report
    assert "### Confusion: lang" in report
    second = "id\tlang\tsentiment\treply\ttopic\n" + "".join(
        f"{post.id}\t{post.example.lang}\tneutral\tno\tother\n" for post in posts
    )
    assert "| lang | 60 | 1.00" in measure.agreement(posts, second)


def test_outside_sets_are_read_from_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("text\tsentiment\nспасибо за отличную связь\tpositive\nужас\tnegative\n", "utf-8")
    (tmp_path / "r.csv").write_text("text,label,id\nурод,negative,1\nпривет,speech,2\n", encoding="utf-8")
    (tmp_path / "l.csv").write_text("text,lang\nщо це за погода сьогодні,ua\nчто это за погода сегодня,ru\n", "utf-8")
    assert "2 posts: macro-F1" in measure.telecom(tmp_path / "t.tsv")
    assert "1 posts: macro-F1" in measure.rusentitweet(tmp_path / "r.csv")
    assert "| uk | 1 | 1.000 |" in measure.languages(tmp_path / "l.csv")
