"""``python -m training [build | check | tune | evaluate | adopt FOLDER]``: the shipped weights, made and measured."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.language.examples import shipped_corpus
from training import measure, rebuild
from training.adopt import adopt
from training.tune import crossed, tune


def main() -> int:
    chosen = _arguments()
    run = {"build": _build, "check": _check, "tune": _tune, "evaluate": _evaluate, "adopt": _adopt}[chosen.what]
    return run(chosen)


def _build(_: argparse.Namespace) -> int:
    print(rebuild.write())
    return 0


def _check(_: argparse.Namespace) -> int:
    wrong = rebuild.check()
    print(wrong or "the corpus gives the shipped weights, byte for byte")
    return 1 if wrong else 0


def _tune(_: argparse.Namespace) -> int:
    for line in tune(measure.PRODUCTS):
        print(line, flush=True)
    return 0


def _adopt(chosen: argparse.Namespace) -> int:
    if chosen.folder is None:
        print("name the folder that writers and labellers handed over", file=sys.stderr)
        return 2
    print("\n".join(adopt(chosen.folder)))
    return 0


def _evaluate(chosen: argparse.Namespace) -> int:
    train, test = shipped_corpus(), measure.read_test()
    if test:
        print(measure.report_of_test(test))
    print("\n" + crossed(train, measure.PRODUCTS))
    second = measure.CORPUS / "second.tsv"
    if second.exists():
        agreement = measure.agreement([*train, *test], second.read_text(encoding="utf-8"))
        print(f"\n### Agreement of two labellers\n\n{agreement}")
    for path, report in (
        (chosen.telecom, measure.telecom),
        (chosen.rusentitweet, measure.rusentitweet),
        (chosen.languages, measure.languages),
    ):
        if path:
            print("\n" + report(path))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description="The model that ships with Vidhuk.")
    parser.add_argument("what", nargs="?", choices=("build", "check", "tune", "evaluate", "adopt"), default="build")
    parser.add_argument("folder", nargs="?", type=Path, help="of adopt")
    parser.add_argument("--telecom", type=Path, help="a TSV of tweets to telecoms: text, sentiment")
    parser.add_argument("--rusentitweet", type=Path, help="a CSV of Russian tweets: text, label")
    parser.add_argument("--languages", type=Path, help="a CSV of full texts: text, lang (ua or ru)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
