"""The audience's figures as text: one line a community, «н/д» where its platform tells nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.cards.markup import words
from bot.domain.audience import Audience
from bot.texts import Html, Texts

_NAME = 40
_SHOWN = 8


def audience_lines(audiences: Sequence[Audience], names: Mapping[str, str], say: Texts) -> list[Html]:
    """A heading and a line a community, the largest audience first; nothing where nobody measured anything."""
    if not audiences:
        return []
    largest = sorted(audiences, key=lambda one: (-(one.followers or 0), one.community))
    rest = len(largest) - _SHOWN
    more = [say.html("audience.more", n=say.number(rest))] if rest > 0 else []
    return [Html("\n" + say.html("audience.title")), *(_line(one, names, say) for one in largest[:_SHOWN]), *more]


def _line(one: Audience, names: Mapping[str, str], say: Texts) -> Html:
    change = _signed(one.followers_change, say)
    parts = [
        say("audience.followers", n=_number(one.followers, say), change=change),
        *(
            say(f"audience.{name}", n=_number(getattr(one, name), say))
            for name in ("reach", "views", "reactions", "shares")
        ),
    ]
    if one.rating is not None:
        parts.append(say("audience.rating", n=say.number(one.rating, 1)))
    return say.html(
        "audience.row", community=words(names.get(one.community, one.community), _NAME), figures=", ".join(parts)
    )


def _number(value: int | None, say: Texts) -> str:
    return say("audience.na") if value is None else say.number(value)


def _signed(value: int | None, say: Texts) -> str:
    return say("audience.na") if value is None else say.signed(value)
