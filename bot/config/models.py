"""The settings as frozen models: what each key is called, what it may hold, and what stands when it is left out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SecretStr,
    ValidationInfo,
    model_validator,
)

from bot.config import secret, values
from bot.domain.model import Community
from bot.domain.rota import Layer, Rota, Shift, Turns, instant

HIDDEN = frozenset({"token", "password", "secret", "warnings"})
"""Fields of the models that are no keys of the file."""


def _between(least: str, most: str) -> BeforeValidator:
    def check(value: Any) -> timedelta:
        length = value if isinstance(value, timedelta) else values.duration(value)
        if not values.duration(least) <= length <= values.duration(most):
            raise values.wrong(f'expected a duration from "{least}" to "{most}"')
        return length

    return BeforeValidator(check)


def _platform(value: str, info: ValidationInfo) -> str:
    """Where no platforms were handed in (models built by hand), any name will do."""
    known = (info.context or {}).get("platforms", (value,))
    if value not in known:
        raise values.wrong(f"expected one of {', '.join(sorted(known))}", values.meant(value, known))
    return value


Name = Annotated[str, AfterValidator(values.name_line)]
WebAddress = Annotated[str, AfterValidator(values.web_address)]
Zone = Annotated[ZoneInfo, PlainValidator(values.zone)]
NO_SECRET = SecretStr("")


class Part(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class TeamSettings(Part):
    name: Name = Field(description='what the team is called, as in name = "Київстар"')
    language: Literal["uk", "en"] = "uk"
    timezone: Zone = ZoneInfo("Europe/Kyiv")


class TelegramSettings(Part):
    chat_id: Annotated[int | None, AfterValidator(values.group_id)] = None
    api_url: WebAddress = "https://api.telegram.org"
    token_file: str | None = None
    token: SecretStr = NO_SECRET


class StoreSettings(Part):
    path: Annotated[Path, Field(strict=False)] = Path("vidhuk.db")
    """Absolute once loaded."""


class ReplySettings(Part):
    undo_window: Annotated[timedelta, _between("0s", "10m")] = timedelta(seconds=15)
    signature: Annotated[str, AfterValidator(values.signature)] = ""


class HttpSettings(Part):
    allow_private: bool = False
    gap: Annotated[timedelta, _between("0s", "1m")] = timedelta(milliseconds=500)
    """The least time between two requests to one host."""


class WebSettings(Part):
    listen: Annotated[str, AfterValidator(values.listen)] = ""
    """Host and port; empty: no server."""


class LanguageSettings(Part):
    products: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    cues: Annotated[Path | None, Field(strict=False)] = None
    """A file of a lead's own cues, or a folder of such files. Absolute once loaded, and known to be well written."""
    margin: Annotated[float | None, AfterValidator(values.margin)] = None
    """None: the model's own."""
    weights: Annotated[Path | None, Field(strict=False)] = None
    """What ``vidhuk retrain`` writes and the bot reads. Absolute once loaded; beside the database where left out."""


class TurnsSettings(Part):
    people: Annotated[tuple[str, ...], AfterValidator(values.people), Field(strict=False)] = Field(
        description='those who take turns, like people = ["@oksana", "@taras"]'
    )
    since: date = Field(description="the local day on which the first of the people comes on, like since = 2026-11-30")
    handover: Annotated[time, BeforeValidator(values.hour)] = time(9)
    length: Annotated[timedelta, BeforeValidator(values.turn_length)] = timedelta(days=7)
    layer: Literal["primary", "backup"] = "primary"

    @property
    def turns(self) -> Turns:
        return Turns(self.people, self.since, self.handover, self.length, Layer(self.layer))


class ShiftSettings(Part):
    person: Annotated[str, AfterValidator(values.person)] = Field(description='who, like person = "@oksana"')
    start: datetime = Field(description="local time, like start = 2026-12-31T20:00:00")
    end: datetime = Field(description="local time, like end = 2027-01-01T08:00:00")
    layer: Literal["primary", "backup"] = "primary"

    @model_validator(mode="after")
    def _ends_later(self) -> ShiftSettings:
        # Checked on the zone's clock later on; here, on what a person reads in the file.
        if self.start.replace(tzinfo=None) >= self.end.replace(tzinfo=None):
            raise values.wrong("expected an end that is later than the start")
        return self

    def shift(self, zone: ZoneInfo) -> Shift:
        """In UTC; times without an offset are ``zone``'s."""
        start, end = (one if one.tzinfo else instant(one, zone) for one in (self.start, self.end))
        return Shift(self.person, start, end, Layer(self.layer))


class RotaSettings(Part):
    turns: Annotated[tuple[TurnsSettings, ...], Field(strict=False)] = ()
    shift: Annotated[tuple[ShiftSettings, ...], Field(strict=False)] = ()

    def rota(self, zone: ZoneInfo) -> Rota:
        return Rota(tuple(one.turns for one in self.turns), tuple(one.shift(zone) for one in self.shift))


class CommunitySettings(Part):
    key: Annotated[str, AfterValidator(values.community_key)] = Field(
        description="a short id of your choice, like fb-main"
    )
    name: Name = Field(description="what the cards call this community")
    platform: Annotated[str, AfterValidator(_platform)]
    page: Annotated[str, AfterValidator(values.page_id)] | None = None
    url: WebAddress | None = None
    api_url: WebAddress | None = None
    """The platform's own, once loaded, where the file does not name another."""
    official: Annotated[frozenset[str], Field(strict=False)] = frozenset()
    """Author ids (on forums: names) that speak for the company; once loaded, our own account is among them."""
    poll_every: Annotated[timedelta, _between("1s", "1d")] = timedelta(seconds=60)
    lookback: Annotated[timedelta, _between("0s", "366d")] = timedelta(hours=24)
    write: bool = True
    username: Name | None = None
    timezone: Zone = ZoneInfo("Europe/Kyiv")
    """Of the dates on the page; left out of the file, the team's zone stands here."""
    charset: Annotated[str, AfterValidator(values.charset)] | None = None
    date_order: Literal["DMY", "MDY", "YMD"] | None = None
    key_id: Name | None = None
    issuer: Name | None = None
    country: Annotated[str, AfterValidator(values.country)] = "ua"
    """Of the store whose public RSS is read where there is no key."""
    token_file: str | None = None
    password_file: str | None = None
    push_code: Name | None = None
    """What the handshake of pushed events asks for: Facebook's verify token, VK's confirmation."""
    secret_file: str | None = None
    token: SecretStr = NO_SECRET
    password: SecretStr = NO_SECRET
    secret: SecretStr = NO_SECRET
    """What proves pushed events: Facebook's app secret, VK's secret."""

    @property
    def community(self) -> Community:
        """The same community as the domain knows it: without addresses and secrets."""
        return Community(self.key, self.name, self.platform, self.official, self.write)


class Settings(Part):
    team: TeamSettings = Field(description='begin with [team] and name = "…"')
    telegram: TelegramSettings = TelegramSettings()
    store: StoreSettings = StoreSettings()
    reply: ReplySettings = ReplySettings()
    http: HttpSettings = HttpSettings()
    web: WebSettings = WebSettings()
    language: LanguageSettings = LanguageSettings()
    rota: RotaSettings = RotaSettings()
    communities: Annotated[tuple[CommunitySettings, ...], Field(strict=False)] = Field(default=(), alias="community")
    warnings: tuple[str, ...] = ()
    """What is allowed but unwise: one line each, with its place."""

    @property
    def secrets(self) -> list[str]:
        """Every secret value that was found: what no log line may hold."""
        holders = [self.telegram.token]
        for one in self.communities:
            holders += [one.token, one.password, one.secret]
        found = filter(None, (holder.get_secret_value() for holder in holders))
        return [piece for value in found for piece in secret.pieces(value)]


TABLES: dict[str, type[Part]] = {
    "team": TeamSettings,
    "telegram": TelegramSettings,
    "store": StoreSettings,
    "reply": ReplySettings,
    "http": HttpSettings,
    "web": WebSettings,
    "language": LanguageSettings,
    "rota": RotaSettings,
}
"""The tables that stand in the file once; ``[[community]]`` is the one that stands there many times."""

LISTED: dict[str, type[Part]] = {"rota.turns": TurnsSettings, "rota.shift": ShiftSettings}
"""Tables of tables that stand many times, by their dotted names."""
