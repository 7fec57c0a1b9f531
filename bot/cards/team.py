"""Messages to the team itself: welcome, help, set-up, a customer who wrote again, a page that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.markup import Mask, lines, link, quoted, words
from bot.cards.plain import Button, Card, rows_of
from bot.cards.thread import NAME, platform_icon, refusal_text
from bot.cards.thread_buttons import open_button
from bot.domain.model import Agent, Community, ThreadView
from bot.texts import Html, Texts

_QUOTE = 600
_COMMUNITIES = 20


def mention(agent: Agent) -> Html:
    """The agent's name, such that Telegram notifies this very person."""
    return Html(f'<a href="tg://user?id={agent.user_id}">{words(agent.name, NAME)}</a>')


def follow_up(view: ThreadView, agent: Agent, *, card_link: str = "", mask: Mask, say: Texts) -> Card:
    """Tells ``agent``, with a real mention, that the customer wrote again; ``card_link`` leads to the card."""
    post = view.latest or view.opening
    head = say.html(
        "follow_up.head",
        agent=mention(agent),
        author=words(view.author_name, NAME, mask) or say("card.no_name"),
        community=words(view.community_name, NAME),
    )
    body = quoted(post.text, _QUOTE, mask) if words(post.text, NAME) else Html(say("card.no_text"))
    to_card = Button(say("button.card"), url=card_link) if card_link else None
    return Card(lines(head, body), rows_of((to_card, open_button(post.url or view.url, say))))


def double(card_link: str, *, say: Texts) -> Card:
    """In place of a card that came twice: where the one that lives is."""
    return Card(say.html("card.double", where=link(card_link, say.html("card.see"))))


def alarm(
    community_name: str,
    *,
    code: str | None,
    since: datetime,
    writing: bool = False,
    say: Texts,
    now: datetime,
    zone: ZoneInfo,
) -> Card:
    """A community that cannot be read, or with ``writing`` not answered: since when, why, what to do.

    ``code`` is the error's.
    """
    name, time = words(community_name, NAME), say.clock(since, zone, now)
    if writing:
        head = say.html("alarm.mute", community=name, time=time)
        return Card(lines(head, refusal_text(code, say), say.html("alarm.mute_promise")))
    head = say.html("alarm.down", community=name, time=time)
    return Card(lines(head, refusal_text(code, say), say.html("alarm.promise")))


def recovered(community_name: str, *, since: datetime, say: Texts, now: datetime, zone: ZoneInfo) -> Card:
    """A community that can be read again, after how long a silence."""
    span = say.span((now - since).total_seconds())
    name = words(community_name, NAME)
    return Card(say.html("alarm.recovered", community=name, time=say.clock(since, zone, now), span=span))


def help_text(commands: Sequence[tuple[str, str]], *, lead: bool, say: Texts) -> Card:
    """How the desk works, and the commands: pairs of name (without the slash) and description."""
    listed = (say.html("help.command", command=name, description=description) for name, description in commands)
    head = lines(say.html("help.head"), *(say.html(f"help.step{step}") for step in range(1, 6)))
    tail = lines(say.html("help.commands"), *listed, say.html("help.lead") if lead else "")
    return Card(Html(f"{head}\n\n{tail}"))


def welcome(team: str, *, say: Texts) -> Card:
    """The answer to a member's /start in private."""
    return Card(say.html("welcome", team=words(team, NAME)))


def setup_done(team: str, communities: Iterable[Community], *, can_pin: bool = True, say: Texts) -> Card:
    """The group is bound: which pages are watched, and what is still to be done."""
    watched = list(communities)
    listed = [_watched(community, say) for community in watched[:_COMMUNITIES]]
    rest = len(watched) - len(listed)
    return Card(
        lines(
            say.html("setup.done", team=words(team, NAME)),
            *listed,
            say.html("setup.more", n=say.number(rest)) if rest else "",
            say.html("setup.next"),
            "" if can_pin else say.html("setup.pin"),
        )
    )


def not_a_member(*, say: Texts) -> Card:
    """The polite no to a stranger; it tells nothing of the team nor of what it sees."""
    return Card(say.html("stranger"))


def _watched(community: Community, say: Texts) -> Html:
    key = "setup.community" if community.write else "setup.community_read_only"
    return say.html(key, icon=platform_icon(community.platform), community=words(community.name, NAME))
