"""From settings to the parts of a running bot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot import web
from bot.alarms import Alarms
from bot.app.triage import classifier_of
from bot.chat import Chat
from bot.config import CommunitySettings, Settings, TelegramSettings
from bot.corrections import Corrections
from bot.desk import Desk
from bot.domain.clock import Clock
from bot.domain.model import Community
from bot.health import SourceHealth
from bot.incidents import Incidents
from bot.intake import Intake
from bot.outbox import Deliverer, Publisher, Renderer, Speaker
from bot.reports import Reports
from bot.rota import OnCallDesk, paint_week
from bot.sources import Http, Source, SourceOptions, make_source
from bot.store import Store
from bot.team import Team
from bot.web import WebServer
from handlers.parts import Parts as HandlerParts
from jobs.parts import Parts as JobParts


@dataclass(frozen=True, slots=True)
class Built:
    """Everything that runs, wired together."""

    handlers: HandlerParts
    jobs: JobParts
    deliverer: Deliverer
    publisher: Publisher
    team: Team
    web: Callable[[Callable[[str], None], Callable[[], float]], WebServer] | None = None
    """Makes the web server, from what wakes a community and what tells the age of the last poll."""


def source_of(one: CommunitySettings, http: Http, telegram: TelegramSettings) -> Source:
    """The source of one configured community. In a discussion group on Telegram the team's own bot stands."""
    in_telegram = one.platform == "telegram"
    options = SourceOptions(
        key=one.key,
        url=one.url or "",
        page=one.page or "",
        api_url=one.api_url or (telegram.api_url if in_telegram else ""),
        token=(telegram.token if in_telegram else one.token).get_secret_value(),
        username=one.username or "",
        password=one.password.get_secret_value(),
        timezone=one.timezone.key,
        official=one.official,
        write=one.write,
        charset=one.charset or "utf-8",
        date_order=one.date_order or "",
        key_id=one.key_id or "",
        issuer=one.issuer or "",
        country=one.country,
    )
    return make_source(one.platform, options=options, http=http)


def communities_of(settings: Settings) -> dict[str, Community]:
    return {one.key: one.community for one in settings.communities}


def build(settings: Settings, store: Store, chat: Chat, http: Http, clock: Clock) -> Built:
    """Wire the parts; nothing runs yet."""
    communities = communities_of(settings)
    zone = settings.team.timezone
    rota = settings.rota.rota(zone)
    team = Team(store, chat, chat_id=settings.telegram.chat_id, language=settings.team.language)
    sources = {one.key: source_of(one, http, settings.telegram) for one in settings.communities}
    reports = Reports(store, communities)
    speaker = Speaker(store, clock)
    undo_window = settings.reply.undo_window
    desk = Desk(store, communities, undo_window=undo_window, signature=settings.reply.signature, zone=zone)
    intake = Intake(store, communities, _lookbacks(settings), classifier_of(settings))
    incidents = Incidents(store, communities, zone)
    painters = {"rota_week": partial(paint_week, rota, zone)}
    renderer = Renderer(communities, language=settings.team.language, zone=zone, painters=painters)
    jobs = JobParts(
        store=store,
        intake=intake,
        alarms=Alarms(store),
        reports=reports,
        team=team,
        incidents=incidents,
        sources=sources,
        communities=communities,
        poll_every={one.key: one.poll_every for one in settings.communities},
        zone=zone,
        rota=rota,
    )
    return Built(
        handlers=HandlerParts(
            desk=desk,
            corrections=Corrections(store, communities),
            team=team,
            reports=reports,
            health=SourceHealth(store, communities),
            speaker=speaker,
            clock=clock,
            zone=zone,
            team_name=settings.team.name,
            communities=communities,
            intake=intake,
            incidents=incidents,
            oncall=OnCallDesk(store, rota, zone),
            discussions=_discussions(settings),
        ),
        jobs=jobs,
        deliverer=Deliverer(store, chat, renderer, clock, undo_window=undo_window),
        publisher=Publisher(store, sources, clock),
        team=team,
        web=_web(settings, jobs, clock) if settings.web.listen else None,
    )


def _web(
    settings: Settings, jobs: JobParts, clock: Clock
) -> Callable[[Callable[[str], None], Callable[[], float]], WebServer]:
    host, _, port = settings.web.listen.rpartition(":")
    known = {one.key: one for one in settings.communities}
    secrets = {key: one.token.get_secret_value() for key, one in known.items() if one.platform == "webhook"}
    pushed = {
        key: web.Push(known[key].secret.get_secret_value(), known[key].push_code or "")
        for key in web.wakes(jobs.communities)
    }

    def make(wake: Callable[[str], None], polled_s: Callable[[], float]) -> WebServer:
        parts = web.Parts(jobs.store, jobs.intake, clock, jobs.communities, secrets, pushed, wake, polled_s, jobs.ticks)
        return WebServer(parts, host, int(port))

    return make


def _discussions(settings: Settings) -> dict[int, str]:
    return {int(one.page): one.key for one in settings.communities if one.platform == "telegram" and one.page}


def _lookbacks(settings: Settings) -> dict[str, timedelta]:
    return {one.key: one.lookback for one in settings.communities}
