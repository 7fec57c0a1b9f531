"""``vidhuk classify``: what triage says of texts, as JSON lines in and out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot.cli.options import settings_from

if TYPE_CHECKING:
    from bot.domain.model import Verdict


@click.command("classify")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--lang", type=click.Choice(["uk", "en"]), default="uk", show_default=True, help="Of the reasons.")
@click.option(
    "--config", type=click.Path(path_type=Path), help="Settings whose products, cues, margin and weights count."
)
@click.pass_context
def command(ctx: click.Context, file: IO[bytes], lang: str, config: Path | None) -> None:
    """Say what triage thinks of the posts in FILE, or in stdin.

    In: lines of {"id", "text"}. Out: lines of {"id", "lang", "sentiment", "needs_reply", "topic", "why", "sure",
    "probabilities"}. A line that cannot be read is named on stderr and left out; then the exit code is 1. Without
    --config the shipped model answers, whatever settings lie about.
    """
    classify = _classifier(config or _given_before(ctx))
    bad = 0
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            verdict = classified(line, lang, classify)
        except ValueError as mistake:
            bad += 1
            click.echo(f"vidhuk: line {number}: {mistake}", err=True)
        else:
            sys.stdout.buffer.write(verdict + b"\n")
            sys.stdout.buffer.flush()
    sys.exit(1 if bad else 0)


def _given_before(ctx: click.Context) -> Path | None:
    """``--config`` before the command, where it was written."""
    root = ctx.find_root()
    written = root.get_parameter_source("config") is click.core.ParameterSource.COMMANDLINE
    return root.obj if written else None


def _classifier(config: Path | None) -> Callable[[str], Verdict]:
    if config is None:
        from bot.language import classify

        return classify
    from bot.app.triage import classifier_of

    return classifier_of(settings_from(config, to_run=False))


def classified(line: bytes, lang: str, classify: Callable[[str], Verdict]) -> bytes:
    """One line in, one line out. Raises ValueError that says what is wrong with the line."""
    from bot.texts import reason

    post_id, text = _read(line)
    verdict = classify(text)
    answer = {
        "id": post_id,
        "lang": verdict.lang,
        "sentiment": verdict.sentiment,
        "needs_reply": verdict.needs_reply,
        "topic": verdict.topic,
        "why": [reason(why, lang) for why in verdict.why],
        "sure": verdict.sure,
        "probabilities": asdict(verdict.probabilities) if verdict.probabilities else None,
    }
    try:
        return json.dumps(answer, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair can only be written as \ud83d
        return json.dumps(answer).encode()


def _read(line: bytes) -> tuple[Any, str]:
    try:
        post = json.loads(line)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(post, dict) or not isinstance(post.get("text"), str):
        raise ValueError('expected {"id": …, "text": "…"}')
    return post.get("id"), post["text"]
