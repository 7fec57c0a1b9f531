"""The demo's story is told in every language that triage knows."""

from __future__ import annotations

import ast
from pathlib import Path

from bot.domain.model import Lang
from bot.language import classify
from bot.sandbox import story


def test_its_customers_write_in_four_languages() -> None:
    tree = ast.parse(Path(story.__file__).read_text(encoding="utf-8"))
    (tells,) = (node for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and node.name == "tell")
    said = [node.value for node in ast.walk(tells) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    sentences = [text for text in said if len(text) > 30 and text != ast.get_docstring(tells)]
    assert {classify(text).lang for text in sentences} == {Lang.UK, Lang.RU, Lang.SURZHYK, Lang.EN}
