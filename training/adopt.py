"""``python -m training adopt FOLDER``: what writers and labellers handed over becomes the corpus of the repository.

The folder holds ``train.tsv`` and ``test.tsv`` (id, writer, case, lang, sentiment, needs_reply, topic, text), and where
there are such, ``second.tsv`` (id, lang, sentiment, needs_reply, topic), ``tone.tsv`` (id, tone, text) and
``lexicon.tsv`` (word or stem with a star, lang, tone from -2 to 2). Short labels (neg, neu, pos, 0, 1) are written out.
A post that stands in both parts, or twice in one, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import bot.language
from bot.language.examples import COLUMNS, read_corpus, read_everyday
from bot.language.tone import read_tones

HERE = Path(__file__).parent / "corpus"
PACKAGE = Path(bot.language.__path__[0])

_WRITTEN_OUT = {"neg": "negative", "neu": "neutral", "pos": "positive"}
_REPLY = {"1": "yes", "0": "no", "true": "yes", "false": "no", "True": "yes", "False": "no"}


def adopt(folder: Path) -> list[str]:
    """Writes the corpus; returns a line for each file. Raises ValueError that names what is wrong with a line."""
    done, seen = [], dict[str, str]()
    for name, target in (("train.tsv", PACKAGE / "corpus"), ("test.tsv", HERE)):
        rows = [_labelled(row) for row in _rows(folder / name, "id")]
        _refuse_twins(rows, name, seen)
        text = "\n".join("\t".join(row) for row in [list(COLUMNS), *rows]) + "\n"
        done.append(f"{name}: {len(read_corpus(text))} posts")
        (target / name).write_text(text, encoding="utf-8")
    others: tuple[tuple[str, Path, Callable[[Sequence[list[str]]], str]], ...] = (
        ("second.tsv", HERE / "second.tsv", _second),
        ("tone.tsv", PACKAGE / "corpus" / "everyday.tsv", _everyday),
        ("lexicon.tsv", PACKAGE / "tone.tsv", _tones),
    )
    for name, target, written in others:
        if (folder / name).exists():
            rows = _rows(folder / name, "word" if name == "lexicon.tsv" else "id")
            target.write_text(written(rows), encoding="utf-8")
            done.append(f"{name}: {len(rows)} lines")
    return done


def _rows(path: Path, head: str) -> list[list[str]]:
    """The lines as columns, without a header line where there is one."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return rows[1:] if rows and rows[0][0].strip() == head else rows


def _labelled(row: list[str]) -> list[str]:
    if len(row) != len(COLUMNS):
        raise ValueError(f"{row[0]}: {len(row)} columns, expected {len(COLUMNS)}")
    post_id, writer, case, lang, sentiment, reply, topic, text = row
    sentiment, reply = _WRITTEN_OUT.get(sentiment, sentiment), _REPLY.get(reply, reply)
    return [post_id, writer, case, lang, sentiment, reply, topic, text]


def _refuse_twins(rows: list[list[str]], name: str, seen: dict[str, str]) -> None:
    """The same text may have been written twice; what must not be is one post on both sides of the test."""
    texts = {" ".join(row[-1].lower().split()): row[0] for row in rows}
    twins = sorted(texts[text] for text in texts.keys() & seen.keys() if len(text) > 20)
    if twins:
        raise ValueError(f"{name}: posts that stand in the other part too: {', '.join(twins[:10])}")
    seen |= texts


def _second(rows: Sequence[list[str]]) -> str:
    lines = ["id\tlang\tsentiment\treply\ttopic"]
    for post_id, lang, sentiment, reply, topic in rows:
        label = _WRITTEN_OUT.get(sentiment, sentiment)
        lines.append("\t".join((post_id, lang, label, _REPLY.get(reply, reply), topic)))
    return "\n".join(lines) + "\n"


def _everyday(rows: Sequence[list[str]]) -> str:
    """Added to what stands there; an id that stands there already is not added again."""
    old = (PACKAGE / "corpus" / "everyday.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    known = {line.split("\t")[0] for line in old}
    fresh = ["\t".join((row[0], _WRITTEN_OUT.get(row[1], row[1]), row[2], "")) for row in rows if row[0] not in known]
    text = "\n".join([*old, *fresh]) + "\n"
    read_everyday(text)
    return text


def _tones(rows: Sequence[list[str]]) -> str:
    """New words after those that stand there: the first tone of a word counts."""
    old = (PACKAGE / "tone.tsv").read_text(encoding="utf-8")
    known = read_tones(old)
    fresh = [row for row in rows if len(row) >= 3 and not read_tones("\t".join(row[:3])).keys() & known.keys()]
    return old.rstrip("\n") + "\n" + "".join("\t".join(row[:3]) + "\n" for row in fresh)
