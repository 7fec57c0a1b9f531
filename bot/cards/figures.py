"""The figures as text: /stats, /top, the week, and the definitions behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.cards.audience import audience_lines
from bot.cards.markup import lines, words
from bot.cards.plain import Card
from bot.domain.audience import Audience
from bot.domain.stats import AgentFigures, CommunityFigures, TeamFigures
from bot.texts import Html, Texts

MINIMUM_ANSWERS = 5
"""Below it an agent's median says nothing, and is not shown."""
_NAME = 40
_COMMUNITIES = 10
_AGENTS = 15
_DEFINED = ("questions", "answered", "rate", "difference", "frt", "claim", "turned", "agents")
_NOBODY: frozenset[int] = frozenset()
_WORTH_A_LIST = 2
_LINES = {
    "questions": "questions",
    "answered": "answered unanswered",
    "rate": "rate",
    "difference": "difference",
    "frt": "median p90",
    "claim": "claim",
    "turned": "turned negative",
}
"""The lines of the report, and the figures of each, which are shown again for the period before."""


def stats_text(
    figures: TeamFigures,
    previous: TeamFigures | None,
    *,
    names: Mapping[str, str] | None = None,
    audience: Sequence[Audience] = (),
    say: Texts,
    zone: ZoneInfo,
) -> Card:
    """The team's figures, each beside the ``previous`` period's, and the audience's; ``names`` are the communities'."""
    *body, footnote = _body(figures, previous, names or {}, say)
    heard = audience_lines(audience, names or {}, say)
    return Card(lines(_title("stats.title", figures, say, zone), *body, *heard, footnote))


def top_text(
    figures: TeamFigures,
    *,
    minimum: int = MINIMUM_ANSWERS,
    hidden: Collection[int] = _NOBODY,
    say: Texts,
    zone: ZoneInfo,
) -> Card:
    """The team first, then who answered at least ``minimum`` questions: speed beside quality.

    Agents whose ids are in ``hidden`` chose not to be listed; the team's line counts them all the same.
    """
    title = _title("top.title", figures, say, zone)
    if not figures.questions:
        return Card(lines(title, say.html("stats.none")))
    return Card(lines(title, _team_line(figures, say), *_agents(figures, minimum, hidden, say), _footnote(say)))


def week_text(
    figures: TeamFigures,
    previous: TeamFigures | None,
    *,
    names: Mapping[str, str] | None = None,
    audience: Sequence[Audience] = (),
    minimum: int = MINIMUM_ANSWERS,
    hidden: Collection[int] = _NOBODY,
    say: Texts,
    zone: ZoneInfo,
) -> Card:
    """The week's report: the team's figures compared with the week before, its people, and the audience."""
    title = _title("week.title", figures, say, zone)
    *body, footnote = _body(figures, previous, names or {}, say)
    people = _agents(figures, minimum, hidden, say) if figures.answered else []
    return Card(lines(title, *body, *people, *audience_lines(audience, names or {}, say), footnote))


def figures_help(*, say: Texts) -> Card:
    """Every figure's definition, for people."""
    return Card(
        lines(say.html("figures.head"), *(say.html(f"figures.{name}") for name in _DEFINED), say.html("figures.foot"))
    )


def _title(key: str, figures: TeamFigures, say: Texts, zone: ZoneInfo) -> Html:
    named = say(f"period.{figures.period.name}", days=say.days(figures.period, zone))
    return Html(f"{say.html(key, period=named)}\n")


def _footnote(say: Texts) -> Html:
    return Html("\n" + say.html("stats.footnote"))


def _body(figures: TeamFigures, previous: TeamFigures | None, names: Mapping[str, str], say: Texts) -> list[Html]:
    if not figures.questions:
        return [say.html("stats.none"), _footnote(say)]
    return [*_team_lines(figures, previous, say), *_communities(figures, names, say), _footnote(say)]


def _team_lines(figures: TeamFigures, previous: TeamFigures | None, say: Texts) -> list[Html]:
    shown = _shown(figures, say)
    before = _shown(previous, say) if previous is not None and previous.questions else None
    written = []
    for key, compared in _LINES.items():
        names = compared.split()
        if not shown[names[0]]:
            continue
        line = say.html(f"stats.{key}", **shown)
        if before and before[names[0]]:
            line = say.html("stats.was", line=line, was=" / ".join(before[name] for name in names))
        written.append(line)
    return written


def _shown(figures: TeamFigures, say: Texts) -> dict[str, str]:
    """Each figure as a person reads it; empty where there was nothing to measure."""

    def span(seconds: float | None) -> str:
        return "" if seconds is None else say.span(seconds)

    return {
        "questions": say.number(figures.questions),
        "asked": say.count("questions", figures.questions),
        "answers": say.count("answers", figures.answered),
        "answered": say.number(figures.answered),
        "unanswered": say.number(figures.unanswered),
        "rate": say.percent(figures.response_rate),
        "difference": say.signed(figures.difference),
        "median": span(figures.frt_median_s),
        "p90": span(figures.frt_p90_s),
        "claim": span(figures.claim_median_s),
        "turned": say.number(figures.turned) if figures.opened_negative else "",
        "negative": say.number(figures.opened_negative),
    }


def _communities(figures: TeamFigures, names: Mapping[str, str], say: Texts) -> list[Html]:
    """Where there is more than one, each community's counts."""
    if len(figures.communities) < _WORTH_A_LIST:
        return []
    listed = [_community(one, names, say) for one in figures.communities[:_COMMUNITIES]]
    rest = len(figures.communities) - len(listed)
    more = [say.html("stats.more_communities", n=say.number(rest))] if rest else []
    return [Html("\n" + say.html("stats.communities")), *listed, *more]


def _community(one: CommunityFigures, names: Mapping[str, str], say: Texts) -> Html:
    return say.html(
        "stats.community",
        community=words(names.get(one.community, one.community), _NAME),
        answered=say.number(one.counts.answered),
        questions=say.number(one.counts.questions),
        rate=say.percent(one.counts.response_rate),
        difference=say.signed(one.counts.difference),
    )


def _team_line(figures: TeamFigures, say: Texts) -> Html:
    shown = _shown(figures, say)
    return say.html("top.team", **shown) if figures.answered else say.html("top.team_silent", **shown)


def _agents(figures: TeamFigures, minimum: int, hidden: Collection[int], say: Texts) -> list[Html]:
    """Those who answered enough to be measured, most answers first; how many are not listed, and why."""
    answered = [agent for agent in figures.agents if agent.answered]
    willing = [agent for agent in answered if agent.agent_id not in hidden]
    measured = [agent for agent in willing if agent.answered >= minimum]
    measured.sort(key=lambda agent: (-agent.answered, agent.frt_median_s or 0.0, agent.name.casefold()))
    few = len(willing) - len(measured)
    listed = [_agent(agent, say) for agent in measured[:_AGENTS]]
    written = [say.html("top.agents"), *listed] if listed else []
    if few:
        written.append(
            say.html("top.few", agents=say.count("agents", few), answers=say.count("answers_under", minimum))
        )
    if len(answered) > len(willing):
        written.append(say.html("top.private"))
    return [Html("\n" + written[0]), *written[1:]] if written else []


def _agent(agent: AgentFigures, say: Texts) -> Html:
    line = say.html(
        "top.agent",
        agent=words(agent.name, _NAME),
        answers=say.count("answers", agent.answered),
        median=say.span(agent.frt_median_s),
        p90=say.span(agent.frt_p90_s),
    )
    if not agent.opened_negative:
        return line
    turned, negative = say.number(agent.turned), say.number(agent.opened_negative)
    return say.html("top.agent_turned", line=line, turned=turned, negative=negative)
