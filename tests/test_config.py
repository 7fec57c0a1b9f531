"""``config.toml`` is read whole or not at all, and every mistake is told at once with its line."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.config import Settings, example, load, values
from bot.config.models import HIDDEN, LISTED, TABLES, CommunitySettings
from bot.config.places import line_of, places
from bot.domain.errors import ConfigMistakes
from bot.sources import PLATFORMS

SECRETS = {
    "VIDHUK_TELEGRAM_TOKEN": "7000000001:SANDBOX",
    "VIDHUK_FB_KYIVSTAR_TOKEN": "page-token",
    "VIDHUK_FORUM_OD_PASSWORD": "correct horse",
}
TEAM = '[team]\nname = "Команда"\n'
FACEBOOK = '[[community]]\nkey = "fb"\nname = "Сторінка"\nplatform = "facebook"\npage = "42"\n'
MYBB = '[[community]]\nkey = "forum"\nname = "Форум"\nplatform = "mybb"\nurl = "https://forum.example/"\n'
DISCUSSION = FACEBOOK.replace("facebook", "telegram").replace("42", "-1007")
TELEGRAM_TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"

Read = Callable[..., Settings]
Mistakes = Callable[..., list[str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(text: str | bytes, environ: dict[str, str] | None = None, *, to_run: bool = False) -> Settings:
        path = tmp_path / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(path, environ or {}, PLATFORMS, to_run=to_run)

    return read


@pytest.fixture
def mistakes(read: Read, tmp_path: Path) -> Mistakes:
    def mistakes(text: str | bytes, environ: dict[str, str] | None = None, *, to_run: bool = False) -> list[str]:
        with pytest.raises(ConfigMistakes) as caught:
            read(text, environ, to_run=to_run)
        return [mistake.removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]

    return mistakes


# ── what is right ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_example_is_complete_once_its_three_secrets_are_in_the_environment() -> None:
    loaded = load(example(), SECRETS, PLATFORMS)
    page, forum = loaded.communities
    assert loaded.team.name == "Київстар"
    assert loaded.telegram.token.get_secret_value() == "7000000001:SANDBOX"
    assert loaded.telegram.chat_id is None
    assert loaded.reply.undo_window == timedelta(seconds=15)
    assert (page.key, page.page, page.api_url) == ("fb-kyivstar", "123456789", "https://graph.facebook.com/v26.0")
    assert page.token.get_secret_value() == "page-token"
    assert forum.password.get_secret_value() == "correct horse"
    assert forum.timezone == ZoneInfo("Europe/Kyiv")
    assert loaded.warnings == ()


def test_the_example_without_secrets_names_each_variable_that_is_missing() -> None:
    with pytest.raises(ConfigMistakes) as caught:
        load(example(), {}, PLATFORMS)
    assert [name for name in SECRETS if not any(name in mistake for mistake in caught.value.mistakes)] == []
    assert len(caught.value.mistakes) == 3


def test_every_key_of_the_settings_is_explained_in_the_example() -> None:
    listed = {dotted.rpartition(".")[2] for dotted in LISTED}
    models: list[type[BaseModel]] = [*TABLES.values(), *LISTED.values(), CommunitySettings]
    text = example().read_text(encoding="utf-8")
    for model in models:
        for name in model.model_fields.keys() - HIDDEN - listed:
            assert f"\n{name} = " in text or f"\n# {name} = " in text, f"{name} is not in the example"


def test_a_short_file_gets_the_defaults(read: Read) -> None:
    loaded = read(TEAM + MYBB)
    community = loaded.communities[0]
    assert (loaded.team.language, loaded.team.timezone.key) == ("uk", "Europe/Kyiv")
    assert (community.poll_every, community.lookback) == (timedelta(seconds=60), timedelta(hours=24))
    assert community.write is True
    assert loaded.http.allow_private is False


def test_the_store_stands_beside_the_file_that_names_it(read: Read, tmp_path: Path) -> None:
    assert read(TEAM).store.path == tmp_path / "vidhuk.db"
    assert read(TEAM + '[store]\npath = "data/team.db"').store.path == tmp_path / "data/team.db"
    assert read(TEAM + '[store]\npath = "/var/lib/team.db"').store.path == Path("/var/lib/team.db")


def test_a_community_has_the_teams_time_zone_unless_it_says_its_own(read: Read) -> None:
    berlin, lisbon = read(
        TEAM + 'timezone = "Europe/Berlin"\n' + MYBB + FACEBOOK + 'timezone = "Europe/Lisbon"\n'
    ).communities
    assert (berlin.timezone.key, lisbon.timezone.key) == ("Europe/Berlin", "Europe/Lisbon")


def test_our_own_account_speaks_for_the_company_without_being_listed(read: Read) -> None:
    page, forum = read(TEAM + FACEBOOK + MYBB + 'username = "official_demo"\nofficial = ["Друга Особа"]').communities
    assert page.official == {"42"}
    assert forum.official == {"official_demo", "Друга Особа"}
    assert forum.community.official == forum.official


def test_a_file_from_windows_is_read(read: Read) -> None:
    text = (TEAM + MYBB).replace("\n", "\r\n")
    assert read(b"\xef\xbb\xbf" + text.encode()).communities[0].key == "forum"


def test_settings_cannot_be_changed_afterwards(read: Read) -> None:
    with pytest.raises(ValidationError):
        read(TEAM).team.name = "Інша"  # type: ignore[misc]


# ── secrets ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_secret_is_shown_when_settings_are_printed_or_dumped() -> None:
    loaded = load(example(), SECRETS, PLATFORMS)
    for shown in (repr(loaded), str(loaded), loaded.model_dump_json(), repr(loaded.communities)):
        assert not [secret for secret in SECRETS.values() if secret in shown]


def test_a_secret_may_come_from_a_file_beside_the_configuration(read: Read, tmp_path: Path) -> None:
    (tmp_path / "bot.token").write_text("5:abc\n")
    (tmp_path / "bot.token").chmod(0o600)
    loaded = read(TEAM + '[telegram]\ntoken_file = "bot.token"\n' + FACEBOOK, {"VIDHUK_FB_TOKEN": "x"}, to_run=True)
    assert loaded.telegram.token.get_secret_value() == "5:abc"
    assert loaded.warnings == ()


def test_the_environment_wins_over_a_file(read: Read, tmp_path: Path) -> None:
    (tmp_path / "bot.token").write_text("5:file")
    text = TEAM + '[telegram]\ntoken_file = "bot.token"\n' + FACEBOOK
    loaded = read(text, {"VIDHUK_TELEGRAM_TOKEN": " 6:env\n", "VIDHUK_FB_TOKEN": "x"}, to_run=True)
    assert loaded.telegram.token.get_secret_value() == "6:env"


def test_a_secret_file_that_others_may_open_is_warned_of(read: Read, tmp_path: Path) -> None:
    (tmp_path / "bot.token").write_text("5:abc")
    (tmp_path / "bot.token").chmod(0o640)
    text = TEAM + '[telegram]\ntoken_file = "bot.token"\n' + FACEBOOK
    (warning,) = read(text, {"VIDHUK_FB_TOKEN": "x"}, to_run=True).warnings
    assert "config.toml:4: telegram.token_file: " in warning
    assert "chmod 600" in warning


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there is no such file"),
        (b"", "the file is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"5:abc\n5:def", "more than one line"),
        (b"x" * 5000, "more than one line"),
        (b"a secret without digits", "as BotFather gives it"),
    ],
)
def test_a_token_file_that_holds_no_token_is_a_mistake_that_keeps_quiet_about_its_content(
    mistakes: Mistakes, tmp_path: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "bot.token").write_bytes(content)
    text = TEAM + '[telegram]\ntoken_file = "bot.token"\n' + FACEBOOK
    (mistake,) = mistakes(text, {"VIDHUK_FB_TOKEN": "x"}, to_run=True)
    assert mistake.startswith("config.toml:4: telegram.token_file: expected")
    assert says in mistake
    assert "without digits" not in mistake


def test_a_directory_as_a_token_file_is_a_mistake(mistakes: Mistakes, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    found = mistakes(
        TEAM + MYBB + 'username = "demo"\npassword_file = "secrets"', {"VIDHUK_TELEGRAM_TOKEN": "1:a"}, to_run=True
    )
    assert len(found) == 1
    assert "community[0].password_file" in found[0]


def test_an_empty_variable_is_as_good_as_none(mistakes: Mistakes) -> None:
    (mistake,) = mistakes(TEAM + FACEBOOK, {"VIDHUK_TELEGRAM_TOKEN": "", "VIDHUK_FB_TOKEN": "x"}, to_run=True)
    assert "set VIDHUK_TELEGRAM_TOKEN" in mistake


@pytest.mark.parametrize(
    "line",
    [
        f'[telegram]\ntoken = "{TELEGRAM_TOKEN}"',
        f'[telegram]\ntoken_file = "{TELEGRAM_TOKEN}"',
        f'[telegram]\napi_url = "https://api.telegram.org/bot{TELEGRAM_TOKEN}"',
        f'[telegram]\nchat_id = "{TELEGRAM_TOKEN}"',
        f'[store]\npath = "{TELEGRAM_TOKEN}"',
        f'{MYBB}password = "{TELEGRAM_TOKEN}"',
        f'{MYBB}colour = "{TELEGRAM_TOKEN}"',
        f'{MYBB}official = ["{TELEGRAM_TOKEN}"]',
        f'[[community]]\nkey = "{TELEGRAM_TOKEN}"',
    ],
)
def test_a_secret_written_into_the_file_is_a_mistake_that_does_not_repeat_it(mistakes: Mistakes, line: str) -> None:
    found = "\n".join(mistakes(TEAM + line))
    assert "environment" in found
    assert TELEGRAM_TOKEN not in found


def test_a_secret_in_the_file_is_told_where_it_belongs(mistakes: Mistakes) -> None:
    assert mistakes(TEAM + MYBB + 'password = "hunter2"') == [
        "config.toml:8: community[0].password: a password never stands in this file; "
        "set VIDHUK_FORUM_PASSWORD in the environment, or name a file: password_file"
    ]


def test_a_name_and_password_in_an_address_are_refused_and_not_shown(mistakes: Mistakes) -> None:
    (mistake,) = mistakes(TEAM + MYBB.replace("forum.example", "demo:hunter2@forum.example"))
    assert "community[0].url" in mistake
    assert "hunter2" not in mistake


def test_a_token_sent_without_tls_is_warned_of_but_not_on_this_machine(read: Read) -> None:
    def warnings(address: str) -> tuple[str, ...]:
        text = TEAM + f'[telegram]\napi_url = "{address}"\n' + FACEBOOK
        return read(text, {"VIDHUK_TELEGRAM_TOKEN": "1:a", "VIDHUK_FB_TOKEN": "x"}, to_run=True).warnings

    assert "telegram.api_url" in warnings("http://telegram.example")[0]
    assert warnings("http://127.0.0.1:8081") == ()


# ── mistakes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_mistakes_come_at_once_in_the_order_of_the_file(mistakes: Mistakes) -> None:
    text = """[team]
nam = "Команда"
language = "ua"
timezone = "Kyiv"

[htp]
[reply]
undo_window = 15
[[community]]
key = "fb"
name = "Сторінка"
platform = "facbook"
poll_every = "10ms"
[[community]]
key = "fb"
name = "Форум"
platform = "mybb"
write = "yes"
"""
    assert mistakes(text) == [
        'config.toml:1: team.name: is missing; what the team is called, as in name = "Київстар"',
        "config.toml:2: team.nam: unknown key; did you mean 'name'?",
        "config.toml:3: team.language: expected one of uk, en (got 'ua'); did you mean 'uk'?",
        "config.toml:4: team.timezone: expected the name of a time zone, like \"Europe/Kyiv\" (got 'Kyiv'); "
        "did you mean 'Europe/Kyiv'?",
        "config.toml:6: htp: unknown key; did you mean 'http'?",
        'config.toml:8: reply.undo_window: expected a duration in quotes, like "90s", "15m", "1h30m" or "7d" (got 15)',
        f"config.toml:12: community[0].platform: expected one of {', '.join(PLATFORMS)} (got 'facbook'); "
        "did you mean 'facebook'?",
        'config.toml:13: community[0].poll_every: expected a duration from "1s" to "1d" (got \'10ms\')',
        'config.toml:14: community[1].url: is missing; the address of the board or topic, as in url = "https://…"',
        "config.toml:15: community[1].key: expected a key of its own (got 'fb', which is taken on line 10)",
        "config.toml:18: community[1].write: expected true or false, without quotes (got 'yes')",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "config.toml:1: team: is missing; begin with [team]"),
        ("team = 5", "config.toml:1: team: expected a table, under [team]"),
        (TEAM + "colour = 1", "config.toml:3: team.colour: unknown key; known here: language, name, timezone"),
        (TEAM + "[telegram]\nchat_id = 100", "config.toml:4: telegram.chat_id: expected the id of a group"),
        (TEAM + '[telegram]\nchat_id = "-100"', "config.toml:4: telegram.chat_id: expected a whole number"),
        (TEAM + "[telegram]\nchat_id = true", "config.toml:4: telegram.chat_id: expected a whole number"),
        (TEAM + '[telegram]\napi_url = "ftp://x"', "telegram.api_url: expected an address that begins with https://"),
        (TEAM + '[telegram]\napi_url = "https://["', "telegram.api_url: expected an address that begins with https://"),
        (TEAM + '[store]\npath = "."', "config.toml:4: store.path: expected the name of a file, and this is a dir"),
        (TEAM + '[reply]\nsignature = "— {name}"', "config.toml:4: reply.signature: expected up to 200 characters"),
        (TEAM + "[http]\nallow_private = 1", "config.toml:4: http.allow_private: expected true or false"),
        (TEAM + '[community]\nkey = "x"', "config.toml:3: community: expected a table of its own for each community"),
        ("community = [1]\n" + TEAM, "config.toml:1: community[0]: expected a table of its own"),
        (TEAM + "[[community]]\n[[communities]]", "config.toml:4: communities: unknown key; did you mean 'community'?"),
        (TEAM + '[[community]]\nkey = "Один"', "community[0].key: expected up to 40 small Latin letters"),
        (TEAM + '[[community]]\nkey = "telegram"', "community[0].key: expected another key"),
        (
            TEAM + '[[community]]\nkey = "a"',
            f"config.toml:3: community[0].platform: is missing; one of {', '.join(PLATFORMS)}",
        ),
        (TEAM + FACEBOOK.replace('"42"', "42"), "config.toml:7: community[0].page: expected text in quotes (got 42)"),
        (TEAM + FACEBOOK.replace("42", "https://facebook.example/42"), "expected the page's number, not its address"),
        (TEAM + FACEBOOK.replace("42", "kyivstar"), "expected the page's number, not its name"),
        (TEAM + DISCUSSION.replace("-100", "100"), "expected the number of a group, below zero (got '1007')"),
        (TEAM + "[telegram]\nchat_id = -1007\n" + DISCUSSION, "expected the group where customers write; this is the"),
        (TEAM + FACEBOOK.replace("page", "url"), "community[0].page: is missing; the number of the page"),
        (TEAM + MYBB.replace("https://", ""), "did you mean 'https://forum.example/'?"),
        (TEAM + MYBB + "official = [5]", "config.toml:8: community[0].official[0]: expected text in quotes (got 5)"),
        (TEAM + MYBB + 'official = "5"', "config.toml:8: community[0].official: expected a list of texts"),
        (TEAM + MYBB + 'charset = "cp-nope"', "config.toml:8: community[0].charset: expected the name of a charset"),
        (TEAM + MYBB + 'charset = "base64"', "config.toml:8: community[0].charset: expected the name of a charset"),
        (TEAM + MYBB + 'date_order = "DYM"', "community[0].date_order: expected one of DMY, MDY, YMD (got 'DYM'); did"),
        (TEAM + MYBB + 'lookback = "-1h"', "config.toml:8: community[0].lookback: expected a duration in quotes"),
        (TEAM + MYBB + 'lookback = "999999999999d"', "community[0].lookback: expected a duration"),
        (TEAM + MYBB + 'timezone = "Europe/Kyjiv"', "did you mean 'Europe/Kyiv'?"),
        (TEAM + MYBB + 'timezone = "../../etc/passwd"', "community[0].timezone: expected the name of a time zone"),
        (TEAM + MYBB + 'timezone = "Europe"', "community[0].timezone: expected the name of a time zone"),
        (TEAM + MYBB.replace("Форум", ""), "community[0].name: expected one line of 1 to 100 characters (got '')"),
        (TEAM + "warnings = []", "config.toml:3: team.warnings: unknown key"),
        ('warnings = ["x"]\n' + TEAM, "config.toml:1: warnings: unknown key"),
    ],
)
def test_a_mistake_says_its_line_and_what_was_expected(mistakes: Mistakes, text: str, expected: str) -> None:
    assert any(expected in mistake for mistake in mistakes(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[team]\nname = "Команда', "config.toml:2: is not valid TOML"),
        ("[team]\nname = Команда", "config.toml:2: is not valid TOML"),
        (
            '[team]\nname = "a"\nname = "b"',
            "config.toml:3: is not valid TOML: this key stands here for the second time",
        ),
        ('[team]\nname = """a\n\n', "is not valid TOML"),
        (b'[team]\nname = "\xea\xe8"', "config.toml:2: is not UTF-8 text"),
        (b"\xff\xfe[\x00t\x00", "config.toml:1: is not UTF-8 text"),
        ("a = " + "[" * 5000, "is not valid TOML"),
        (b"#" * 1_000_001, "larger than a megabyte"),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_its_line(mistakes: Mistakes, text: str | bytes, expected: str) -> None:
    (mistake,) = mistakes(text)
    assert expected in mistake


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigMistakes, match=r"no such file; write it with `vidhuk init`, or name another with --config"
    ):
        load(tmp_path / "config.toml", {}, PLATFORMS)


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigMistakes, match="is a directory"):
        load(tmp_path, {}, PLATFORMS)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch(mode=0o000)
    with pytest.raises(ConfigMistakes, match="cannot be read: Permission denied"):
        load(tmp_path / "config.toml", {}, PLATFORMS)


def test_the_bot_does_not_run_without_communities_but_figures_can_be_read(read: Read, mistakes: Mistakes) -> None:
    assert read(TEAM).communities == ()
    (mistake,) = mistakes(TEAM, {"VIDHUK_TELEGRAM_TOKEN": "1:a"}, to_run=True)
    assert "community: there is none yet; add one" in mistake


def test_whoever_writes_on_a_forum_needs_a_name_and_a_password(read: Read, mistakes: Mistakes) -> None:
    token = {"VIDHUK_TELEGRAM_TOKEN": "1:a"}
    (nobody,) = mistakes(TEAM + MYBB, token, to_run=True)
    assert "community[0].username: is missing" in nobody
    (silent,) = mistakes(TEAM + MYBB + 'username = "demo"', token, to_run=True)
    assert "community[0].password: is missing; set VIDHUK_FORUM_PASSWORD" in silent
    (nameless,) = mistakes(TEAM + MYBB, token | {"VIDHUK_FORUM_PASSWORD": "x"}, to_run=True)
    assert "community[0].username: is missing" in nameless
    assert read(TEAM + MYBB + "write = false", token, to_run=True).communities[0].write is False


# ── values and lines ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("24h", 86_400), ("1h30m", 5_400), ("500ms", 0.5), ("7d", 604_800), ("1m500ms", 60.5)],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert values.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "60", "1.5h", "s", "5 m", "5m 5s", "5s5m", "-5s", "٥s", "1H", None, 5])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        values.duration(text)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9999)))
def test_every_duration_that_can_be_written_is_read_back(length: timedelta) -> None:
    whole = length // timedelta(milliseconds=1)
    text = (
        f"{whole // 86_400_000}d{whole // 3_600_000 % 24}h{whole // 60_000 % 60}m{whole // 1000 % 60}s{whole % 1000}ms"
    )
    assert values.duration(text) == timedelta(milliseconds=whole)


def test_lines_are_found_past_strings_comments_and_brackets() -> None:
    found = places(
        '# [no]\ntop = 1\n[a]\nlong = """\n[not.a.table]\nx = 1\\"""\n"""\n'
        "list = [ # ]\n  1,\n  {b = 2},\n]\n'quoted' = '''\n[no]'''\n"
        "[[c]]\nk = 1\n[c.d]\ne.f = 1\n[[ c ]]\nk = 2\n[[c.g]]\nh = 3\n"
    )
    assert found == {
        ("top",): 2,
        ("a",): 3,
        ("a", "long"): 4,
        ("a", "list"): 8,
        ("a", "quoted"): 12,
        ("c",): 14,
        ("c", 0): 14,
        ("c", 0, "k"): 15,
        ("c", 0, "d"): 16,
        ("c", 0, "d", "e", "f"): 17,
        ("c", 1): 18,
        ("c", 1, "k"): 19,
        ("c", 1, "g"): 20,
        ("c", 1, "g", 0): 20,
        ("c", 1, "g", 0, "h"): 21,
    }
    assert line_of(("c", 1, "absent"), found) == 18
    assert line_of(("absent",), found) is None


@settings(max_examples=200)
@given(st.text(alphabet="[]{}=\"'#\n\\.ab \t,", max_size=60))
def test_looking_for_lines_never_fails_and_always_ends(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in places(text).values())


def test_a_large_file_is_read_quickly(read: Read) -> None:
    communities = "".join(MYBB.replace('"forum"', f'"forum-{number}"') for number in range(1000))
    begun = time.perf_counter()
    assert len(read(TEAM + communities).communities) == 1000
    assert time.perf_counter() - begun < 5


# ── what platforms differ in ──────────────────────────────────────────────────────────────────────────────────────


def test_a_feed_is_for_reading_and_says_so(mistakes: Mistakes, read: Read) -> None:
    feed = '[[community]]\nkey = "news"\nname = "Новини"\nplatform = "feed"\nurl = "https://site.example/rss"\n'
    (mistake,) = mistakes(TEAM + feed)
    assert "community[0].write: expected write = false" in mistake
    assert read(TEAM + feed + "write = false\n").communities[0].official == frozenset()


@pytest.mark.parametrize(
    ("platform", "page", "own", "api_url"),
    [
        ("facebook", "42", "42", "https://graph.facebook.com/v26.0"),
        ("vk", "777", "-777", "https://api.vk.com/method"),
        (
            "youtube",
            "UCabcdefghijklmnopqrstuv",
            "UCabcdefghijklmnopqrstuv",
            "https://youtube.googleapis.com/youtube/v3",
        ),
    ],
)
def test_a_platform_knows_its_own_posts_and_its_own_address(
    read: Read, platform: str, page: str, own: str, api_url: str
) -> None:
    (community,) = read(TEAM + FACEBOOK.replace("facebook", platform).replace("42", page)).communities
    assert own in community.official
    assert community.api_url == api_url


def test_a_vk_community_is_named_by_its_number(mistakes: Mistakes) -> None:
    (mistake,) = mistakes(TEAM + FACEBOOK.replace("facebook", "vk").replace("42", "kyivstar"))
    assert "expected the page's number" in mistake


def test_a_discourse_answers_by_a_key_and_the_name_it_was_made_for(mistakes: Mistakes, read: Read) -> None:
    site = MYBB.replace("mybb", "discourse")
    environ = {"VIDHUK_TELEGRAM_TOKEN": "7000000001:SANDBOX", "VIDHUK_FORUM_TOKEN": "key"}
    (mistake,) = mistakes(TEAM + site, environ, to_run=True)
    assert "username: is missing" in mistake
    (mistake,) = mistakes(
        TEAM + site + 'username = "kyivstar"\n', {"VIDHUK_TELEGRAM_TOKEN": "7000000001:SANDBOX"}, to_run=True
    )
    assert "VIDHUK_FORUM_TOKEN" in mistake
    (community,) = read(TEAM + site + 'username = "kyivstar"\n', environ, to_run=True).communities
    assert community.official == {"kyivstar"}


# ── stores of apps ────────────────────────────────────────────────────────────────────────────────────────────────

APP = '[[community]]\nkey = "ios"\nname = "Застосунок"\nplatform = "appstore"\npage = "123456789"\n'
KEY = {
    "VIDHUK_TELEGRAM_TOKEN": "5:abc",
    "VIDHUK_IOS_TOKEN": "-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----",
}


def test_an_app_is_read_without_a_key_where_nobody_answers(read: Read) -> None:
    (app,) = read(
        TEAM + APP + 'write = false\ncountry = "pl"', {"VIDHUK_TELEGRAM_TOKEN": "5:abc"}, to_run=True
    ).communities
    assert (app.country, set(app.official)) == ("pl", {"developer"})


def test_to_answer_reviews_a_key_is_needed_with_its_id_and_issuer(mistakes: Mistakes) -> None:
    assert any(
        "VIDHUK_IOS_TOKEN" in line for line in mistakes(TEAM + APP, {"VIDHUK_TELEGRAM_TOKEN": "5:abc"}, to_run=True)
    )
    found = mistakes(TEAM + APP, KEY, to_run=True)
    assert [name for name in ("key_id", "issuer") if not any(f"{name}: is missing" in line for line in found)] == []


def test_a_key_with_its_id_and_issuer_is_complete(read: Read) -> None:
    (app,) = read(TEAM + APP + 'key_id = "K1"\nissuer = "I1"', KEY, to_run=True).communities
    assert (app.key_id, app.issuer, app.api_url) == ("K1", "I1", "https://api.appstoreconnect.apple.com")


def test_a_country_that_is_none_is_a_mistake(mistakes: Mistakes) -> None:
    assert "two small letters" in "".join(mistakes(TEAM + APP + 'country = "Ukraine"'))


# ── the web server and pushed events ──────────────────────────────────────────────────────────────────────────────

FORM = '[[community]]\nkey = "site"\nname = "Сайт"\nplatform = "webhook"\n'
FORM_SECRETS = {"VIDHUK_TELEGRAM_TOKEN": "5:abc", "VIDHUK_SITE_TOKEN": "shared"}


def test_a_form_needs_a_secret_and_an_address_only_where_we_answer(read: Read, mistakes: Mistakes) -> None:
    text = TEAM + '[web]\nlisten = "127.0.0.1:8480"\n' + FORM
    loaded = read(text + "write = false", FORM_SECRETS, to_run=True)
    assert (loaded.web.listen, set(loaded.communities[0].official)) == ("127.0.0.1:8480", {"company"})
    assert any("url: is missing" in line for line in mistakes(text, FORM_SECRETS, to_run=True))
    assert any("VIDHUK_SITE_TOKEN" in line for line in mistakes(text, {"VIDHUK_TELEGRAM_TOKEN": "5:abc"}, to_run=True))


@pytest.mark.parametrize("listen", ["8480", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", ":8480", "host:port"])
def test_an_address_to_listen_on_that_is_none_is_a_mistake(mistakes: Mistakes, listen: str) -> None:
    assert "expected a host and a port" in "".join(mistakes(TEAM + f'[web]\nlisten = "{listen}"\n'))


def test_what_proves_pushed_events_comes_from_the_environment_and_shows_nowhere(read: Read) -> None:
    secrets = {"VIDHUK_TELEGRAM_TOKEN": "5:abc", "VIDHUK_FB_TOKEN": "page", "VIDHUK_FB_SECRET": "app-secret"}
    loaded = read(TEAM + FACEBOOK + 'push_code = "word"\nwrite = false', secrets, to_run=True)
    assert loaded.communities[0].secret.get_secret_value() == "app-secret"
    assert "app-secret" in loaded.secrets
    assert "app-secret" not in repr(loaded)


def test_a_secret_of_events_may_stand_in_a_file(read: Read, tmp_path: Path) -> None:
    (tmp_path / "fb.secret").write_text("from-file")
    (tmp_path / "fb.secret").chmod(0o600)
    text = TEAM + FACEBOOK + 'secret_file = "fb.secret"\nwrite = false'
    loaded = read(text, {"VIDHUK_TELEGRAM_TOKEN": "5:abc", "VIDHUK_FB_TOKEN": "page"}, to_run=True)
    assert loaded.communities[0].secret.get_secret_value() == "from-file"
