"""A string that is Telegram HTML already, told apart from plain text by its type."""

from __future__ import annotations

from html import escape


class Html(str):
    """Telegram HTML. Joining or cutting one gives a plain ``str``: wrap the result again when it is still HTML."""

    __slots__ = ()

    @classmethod
    def of(cls, value: object) -> Html:
        """``value`` as HTML: unchanged when it is HTML, escaped otherwise."""
        return value if isinstance(value, Html) else cls(escape(str(value), quote=False))
