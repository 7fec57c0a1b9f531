"""``vidhuk classify``: what triage says of texts, as JSON lines in and out."""

from __future__ import annotations

import json
import sys
from typing import IO, Any

import click


@click.command("classify")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--lang", type=click.Choice(["uk", "en"]), default="uk", show_default=True, help="Of the reasons.")
def command(file: IO[bytes], lang: str) -> None:
    """Say what triage thinks of the posts in FILE, or in stdin.

    In: lines of {"id", "text"}. Out: lines of {"id", "lang", "sentiment", "needs_reply", "topic", "why"}. A line that
    cannot be read is named on stderr and left out; then the exit code is 1.
    """
    bad = 0
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            verdict = classified(line, lang)
        except ValueError as mistake:
            bad += 1
            click.echo(f"vidhuk: line {number}: {mistake}", err=True)
        else:
            sys.stdout.buffer.write(verdict + b"\n")
            sys.stdout.buffer.flush()
    sys.exit(1 if bad else 0)


def classified(line: bytes, lang: str) -> bytes:
    """One line in, one line out. Raises ValueError that says what is wrong with the line."""
    from bot.language import classify
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
