"""What a use case answers the person who acted: a text by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Told:
    """What to say to the person who acted: a text id with its values; an alert box for refusals."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    alert: bool = False
