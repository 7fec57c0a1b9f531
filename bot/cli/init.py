"""``vidhuk init``: asks a few questions and writes ``config.toml``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import click

from bot.cli.init_file import Answers, CommunityAnswers, key_for, render, variables, write
from bot.cli.init_words import WORDS
from bot.cli.options import config_option, language_option
from bot.domain.platforms import PAGE, platform_of

_DEFAULT_TEAM = {"uk": "Команда", "en": "Team"}
_DEFAULT_ZONE = "Europe/Kyiv"


@click.command("init")
@click.option("--yes", is_flag=True, help="Ask nothing and take the defaults; communities are added by hand then.")
@click.option("--force", is_flag=True, help="Replace a file that is there, without asking. A copy of it is kept.")
@language_option
@config_option
def command(yes: bool, force: bool, lang: str, config: Path) -> None:
    """Ask for the team and its communities, and write the settings. No secret is asked for or written."""
    from bot.sources import PLATFORMS

    words = WORDS[lang]
    if config.exists() and not force:
        if yes:
            raise click.UsageError(f"{config} is there already; add --force to replace it, a copy is kept")
        click.confirm(words["replace"].format(file=config), abort=True)
    answers = Answers(_DEFAULT_TEAM[lang], lang, _DEFAULT_ZONE) if yes else _Questions(words, lang, PLATFORMS).ask()
    kept = _written(config, render(answers), PLATFORMS)
    click.echo(words["written"].format(file=config))
    if kept:
        click.echo(words["kept"].format(file=kept))
    _next_steps(words, answers)


def _written(config: Path, text: str, platforms: Collection[str]) -> Path | None:
    from bot.config import load

    try:
        return write(config, text, lambda path: load(path, {}, platforms, to_run=False))
    except OSError as error:
        raise click.ClickException(f"{config}: {error.strerror or error}") from None


def _next_steps(words: dict[str, str], answers: Answers) -> None:
    click.echo(words["secrets"])
    for variable, meaning in variables(answers):
        click.echo(f"  {variable:34} {words[meaning[0]].format(name=meaning[1])}")
    click.echo(words["next"])


class _Questions:
    """One person at a terminal; whatever is wrong is asked again."""

    def __init__(self, words: dict[str, str], lang: str, platforms: Collection[str]) -> None:
        self._words = words
        self._lang = lang
        self._platforms = sorted(platforms)

    def ask(self) -> Answers:
        from bot.config import values

        click.echo(self._words["welcome"])
        team = self._line("team", values.name_line, _DEFAULT_TEAM[self._lang])
        language = click.prompt(self._words["language"], type=click.Choice(["uk", "en"]), default=self._lang)
        zone = self._line("zone", lambda name: values.zone(name).key, _DEFAULT_ZONE)
        communities: list[CommunityAnswers] = []
        while click.confirm(self._words["another" if communities else "first"], default=not communities):
            communities.append(self._community({community.key for community in communities}))
        return Answers(team, language, zone, tuple(communities))

    def _community(self, taken: set[str]) -> CommunityAnswers:
        from bot.config import values

        platform = click.prompt(self._words["platform"], type=click.Choice(self._platforms))
        needs = platform_of(platform)
        by_page = needs.address == PAGE
        address = self._line("page", values.page_id) if by_page else self._line("url", values.web_address)
        name = self._line("name", values.name_line)

        def free_key(text: str) -> str:
            if text in taken:
                raise values.wrong("expected a key of its own", "this one is taken")
            return values.community_key(text)

        key = self._line("key", free_key, key_for(platform, name, taken))
        write = not needs.read_only and click.confirm(self._words["write"], default=True)
        needs_account = write and needs.account
        username = self._line("username", values.name_line) if needs_account else ""
        return CommunityAnswers(key, name, platform, address, write, username)

    def _line(self, question: str, check: Callable[[str], str], default: str | None = None) -> str:
        def checked(text: str) -> str:
            try:
                return check(text)
            except ValueError as error:
                raise click.BadParameter("; ".join(filter(None, error.args))) from None

        answer: str = click.prompt(self._words[question], default=default, value_proc=checked)
        return answer
