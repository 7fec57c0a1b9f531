"""The contract of every forum engine, over real HTTP against a strict stand-in of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    AddressRefused,
    CaptchaAsked,
    LoginRefused,
    PageGone,
    PageTooLarge,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
)
from bot.domain.model import Metric, ReplyTarget, SeenPost
from bot.sources.forum import Forum
from bot.sources.http import Http
from bot.sources.ips import IPS
from bot.sources.options import SourceOptions
from bot.sources.phpbb import PhpBB
from bot.sources.smf import SMF
from bot.sources.ucoz import UCoz
from bot.sources.vbulletin import VBulletin
from bot.sources.xenforo import XenForo
from tests.sources.stand_ins.forums import CUSTOMER, NOW, OFFICIAL, OTHER, PASSWORD, ForumStandIn, Handler
from tests.sources.stand_ins.ips import IPSForum
from tests.sources.stand_ins.phpbb import PhpBBForum
from tests.sources.stand_ins.smf import SMFForum
from tests.sources.stand_ins.ucoz import UCozSite
from tests.sources.stand_ins.vbulletin import VBulletinForum
from tests.sources.stand_ins.xenforo import XenForoForum

Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]


class HastyPhpBB(PhpBB):
    """As long as a second of the stand-in lasts, and a little."""

    form_age = 0.06


@dataclass
class Engine:
    """One engine beside its stand-in; ``board`` and ``topic`` are addresses on it."""

    forum: ForumStandIn
    make: Callable[[SourceOptions, Http], Forum]
    board: str
    topic: str
    topics: str
    """What addresses of topics hold."""


def engines() -> dict[str, Engine]:
    phpbb = ("/viewforum.php?f=2&sid=0123456789abcdef0123456789abcdef", "/viewtopic.php?f=2&t={}", "viewtopic")
    smf = ("/index.php?board=2.0", "/index.php?topic={}.0", "topic=")
    xenforo = ("/forums/pytannia.2/", "/threads/tema.{}/", "threads/")
    vbulletin = ("/forumdisplay.php?f=2", "/showthread.php?t={}", "showthread")
    ucoz = ("/forum/2", "/forum/2-{}-1", "/forum/2-")
    ips = ("/forum/2-pytannia/", "/topic/{}-tema/", "/topic/")
    ipb = ("/index.php?showforum=2", "/index.php?showtopic={}", "showtopic=")
    return {
        "ips 4": Engine(IPSForum(), IPS, *ips),
        "ip.board 3": Engine(IPSForum(looks="3"), IPS, *ipb),
        "ucoz, tables": Engine(UCozSite(charset="windows-1251"), UCoz, *ucoz),
        "ucoz, blocks": Engine(UCozSite(looks="block"), UCoz, *ucoz),
        "phpbb 3.3": Engine(PhpBBForum(), HastyPhpBB, *phpbb),
        "phpbb 3.1": Engine(PhpBBForum(looks="3.1"), HastyPhpBB, *phpbb),
        "smf 2.1": Engine(SMFForum(), SMF, *smf),
        "smf 2.0": Engine(SMFForum(looks="2.0"), SMF, *smf),
        "vbulletin 3": Engine(VBulletinForum(looks="3", charset="windows-1251"), VBulletin, *vbulletin),
        "vbulletin 4": Engine(VBulletinForum(), VBulletin, *vbulletin),
        "xenforo 2": Engine(XenForoForum(), XenForo, *xenforo),
        "xenforo 1": Engine(XenForoForum(looks="1"), XenForo, *xenforo),
    }


@pytest.fixture(params=list(engines()))
def engine(request: pytest.FixtureRequest) -> Engine:
    return engines()[request.param]


Opened = Callable[..., Awaitable[Forum]]


@pytest.fixture
def opened(engine: Engine, serve: Serve, http: Http) -> Opened:
    async def open_it(path: str = "", **changes: object) -> Forum:
        origin = await serve(engine.forum.routes())
        options = SourceOptions(
            "forum",
            url=origin + (path or engine.board),
            username=OFFICIAL,
            password=PASSWORD,
            official=frozenset({OFFICIAL}),
        )
        return engine.make(replace(options, **changes), http)  # type: ignore[arg-type]

    return open_it


def target(tid: int, pid: int, text: str = "Чому немає 4G?", author: str = CUSTOMER) -> ReplyTarget:
    return ReplyTarget(str(tid), str(pid), author, author, text, "")


def ids(posts: Sequence[SeenPost]) -> list[int]:
    return [int(post.external_id) for post in posts]


# --- reading --------------------------------------------------------------------------------------------------


async def test_a_first_look_reads_the_board_and_its_topics(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "Третій день немає 4G 😡\nЩо робити?", timedelta(hours=3))
    other = engine.forum.write(9, OTHER, "Дякую", timedelta(minutes=2))
    look = await (await opened()).fetch(memory={}, now=NOW)
    assert ids(look.posts) == [other, asked]
    post = look.posts[1]
    assert (post.container_id, post.author_name, post.author_id, post.title) == ("7", CUSTOMER, CUSTOMER, "Тема 7")
    assert post.text == "Третій день немає 4G 😡\nЩо робити?"
    assert (post.published_at, post.published_guess) == (NOW - timedelta(hours=3), False)
    assert look.containers_read == {"7", "9"}
    assert "sid=" not in post.url.lower()


async def test_nothing_new_costs_one_request_and_memory_holds_it(engine: Engine, opened: Opened) -> None:
    engine.forum.write(7, CUSTOMER, "питання", timedelta(hours=3))
    source = await opened()
    memory = (await source.fetch(memory={}, now=NOW)).memory
    engine.forum.asked.clear()
    look = await source.fetch(memory=memory, now=NOW)
    assert look.unchanged
    assert look.memory == memory
    assert len(engine.forum.asked) == 1


async def test_a_late_reply_in_an_old_topic_is_read_with_the_topic_and_no_other(engine: Engine, opened: Opened) -> None:
    engine.forum.write(7, CUSTOMER, "питання", timedelta(days=90))
    engine.forum.write(8, CUSTOMER, "інше", timedelta(hours=8))
    source = await opened()
    memory = (await source.fetch(memory={}, now=NOW)).memory
    late = engine.forum.write(7, OTHER, "І в мене", timedelta(minutes=1))
    look = await source.fetch(memory=memory, now=NOW)
    assert ids(look.posts) == [101, late]
    assert look.containers_read == {"7"}


async def test_an_edit_is_seen_soon_after_and_by_and_by(engine: Engine, opened: Opened) -> None:
    engine.forum.write(7, CUSTOMER, "було", timedelta(minutes=5))
    engine.forum.write(8, CUSTOMER, "давно було", timedelta(hours=20))
    source = await opened()
    memory = (await source.fetch(memory={}, now=NOW)).memory
    engine.forum.topics[7][0].text = "стало"
    engine.forum.topics[8][0].text = "давно стало"
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=2))
    assert [post.text for post in look.posts] == ["стало"]
    look = await source.fetch(memory=look.memory, now=NOW + timedelta(minutes=33))
    assert {post.text for post in look.posts} == {"стало", "давно стало"}


async def test_a_post_taken_down_is_missing_from_a_topic_read_whole(engine: Engine, opened: Opened) -> None:
    engine.forum.write(7, CUSTOMER, "питання", timedelta(hours=3))
    rude = engine.forum.write(7, OTHER, "грубість", timedelta(hours=2))
    source = await opened()
    memory = (await source.fetch(memory={}, now=NOW)).memory
    engine.forum.topics[7].pop()
    look = await source.fetch(memory=memory, now=NOW)
    assert rude not in ids(look.posts)
    assert look.containers_read == {"7"}


@pytest.mark.parametrize("account", [True, False])
async def test_a_topic_taken_down_is_gone(engine: Engine, opened: Opened, account: bool) -> None:
    engine.forum.write(7, CUSTOMER, "питання", timedelta(hours=3))
    engine.forum.write(8, CUSTOMER, "інше", timedelta(hours=4))
    source = await opened(username=OFFICIAL if account else "")
    memory = (await source.fetch(memory={}, now=NOW)).memory
    del engine.forum.topics[7]
    look = await source.fetch(memory=memory, now=NOW)
    assert not look.posts
    assert look.containers_read == {"7"}
    assert list(look.memory) == ["t:8"]
    engine.forum.write(8, OTHER, "ще", timedelta(minutes=1))
    assert len((await source.fetch(memory=look.memory, now=NOW)).posts) == 2


async def test_a_long_topic_is_read_newest_page_first_and_back_to_what_is_known(engine: Engine, opened: Opened) -> None:
    for number in range(8):
        engine.forum.write(7, CUSTOMER, f"допис {number}", timedelta(hours=4))
    source = await opened()
    memory = (await source.fetch(memory={}, now=NOW)).memory
    for number in range(25):
        engine.forum.write(7, OTHER, f"новий {number}")
    engine.forum.asked.clear()
    look = await source.fetch(memory=memory, now=NOW)
    assert set(range(109, 134)) <= set(ids(look.posts))
    assert ids(look.posts) == sorted(ids(look.posts))
    assert len(engine.forum.asked) == 5


async def test_reading_back_is_bounded(engine: Engine, opened: Opened) -> None:
    for _ in range(95):
        engine.forum.write(7, CUSTOMER, "допис", timedelta(hours=1))
    look = await (await opened()).fetch(memory={}, now=NOW)
    assert ids(look.posts) == list(range(161, 196))
    assert not look.containers_read
    assert len(engine.forum.asked) == 5


async def test_a_busy_board_is_read_beyond_its_first_page(engine: Engine, opened: Opened) -> None:
    for tid in range(1, 31):
        engine.forum.write(tid, CUSTOMER, "давнє", timedelta(days=30, minutes=tid))
    engine.forum.topics_per_page = 5
    source = await opened()
    memory: dict[str, str] = {}
    for _ in range(3):
        memory = (await source.fetch(memory=memory, now=NOW)).memory
    fresh = [engine.forum.write(tid, OTHER, "нове", timedelta(minutes=tid)) for tid in range(1, 9)]
    look = await source.fetch(memory=memory, now=NOW)
    assert set(fresh) <= set(ids(look.posts))


async def test_quotes_are_left_out_and_say_whom_a_post_answers(engine: Engine, opened: Opened) -> None:
    first = engine.forum.write(7, CUSTOMER, "питання", timedelta(hours=2))
    quoted = _quoted(engine, first, CUSTOMER, "питання")
    second = engine.forum.write(7, OTHER, f"{quoted}І в мене", timedelta(hours=1))
    nested = _quoted(engine, second, OTHER, f"{quoted}І в мене")
    engine.forum.write(7, OFFICIAL, f"{nested}Перевіряємо", timedelta(minutes=9))
    look = await (await opened()).fetch(memory={}, now=NOW)
    assert [post.text for post in look.posts] == ["питання", "І в мене", "Перевіряємо"]
    assert [post.parent_id for post in look.posts] == [None, str(first), str(second)]
    assert [post.quoted_authors for post in look.posts] == [(), (CUSTOMER,), (OTHER,)]


def _quoted(engine: Engine, pid: int, author: str, text: str) -> str:
    if isinstance(engine.forum, SMFForum):
        return f"[quote author={author} link=msg={pid} date=1795214022]{text}[/quote]"
    if isinstance(engine.forum, XenForoForum):
        return f'[quote="{author}, post: {pid}, member: 58"]{text}[/quote]'
    if isinstance(engine.forum, IPSForum):
        return f"[quote name='{author}' post='{pid}']{text}[/quote]"
    if isinstance(engine.forum, UCozSite):
        return f"[quote={author};{pid}]{text}[/quote]"
    if isinstance(engine.forum, VBulletinForum):
        return f"[QUOTE={author};{pid}]{text}[/QUOTE]"
    return f'[quote="{author}" post_id={pid} time=1795214022 user_id=58]{text}[/quote]'


async def test_links_are_read_in_full_and_markup_stays_text(engine: Engine, opened: Opened) -> None:
    long = "https://site.example/" + "a" * 60
    engine.forum.write(7, "<b>Хакер</b>", f"<script>alert(1)</script> {long} [b]жирне[/b] &lt;", timedelta(hours=2))
    look = await (await opened()).fetch(memory={}, now=NOW)
    assert look.posts[0].text == f"<script>alert(1)</script> {long} жирне &lt;"
    assert look.posts[0].author_name == "<b>Хакер</b>"


async def test_a_forum_in_windows_1251_is_read_and_written(engine: Engine, opened: Opened) -> None:
    engine.forum.charset = "windows-1251"
    asked = engine.forum.write(7, CUSTOMER, "Где деньги? ₴ 😡", timedelta(hours=1))
    source = await opened()
    look = await source.fetch(memory={}, now=NOW)
    assert [(post.author_name, post.text) for post in look.posts] == [(CUSTOMER, "Где деньги? ₴ 😡")]
    await source.publish(target(7, asked), "Ціна 5 ₴ ʼ 😡", now=NOW)
    assert await source.find(target(7, asked), "Ціна 5 ₴ ʼ 😡", now=NOW) is not None


async def test_one_topic_can_be_watched_by_itself(engine: Engine, opened: Opened) -> None:
    pid = engine.forum.write(5, CUSTOMER, "питання")
    engine.forum.write(6, CUSTOMER, "не сюди")
    source = await opened(engine.topic.format(5))
    look = await source.fetch(memory={}, now=NOW)
    assert ids(look.posts) == [pid]
    assert (await source.check(now=NOW)).ok


async def test_an_empty_board_is_empty_and_one_that_became_empty_is_an_alarm(engine: Engine, opened: Opened) -> None:
    source = await opened()
    assert (await source.fetch(memory={}, now=NOW)).unchanged
    engine.forum.write(7, CUSTOMER, "питання")
    memory = (await source.fetch(memory={}, now=NOW)).memory
    engine.forum.topics.clear()
    with pytest.raises(PageUnreadable, match="no topic"):
        await source.fetch(memory=memory, now=NOW)


@pytest.mark.parametrize("account", [True, False])
async def test_a_missing_board_or_topic_is_no_silence(engine: Engine, opened: Opened, account: bool) -> None:
    name = OFFICIAL if account else ""
    with pytest.raises(PageGone):
        await (await opened(engine.topic.format(404), username=name)).fetch(memory={}, now=NOW)
    missing = engine.board.replace("2", "9", 1)
    with pytest.raises((PageGone, PageUnreadable)):
        await (await opened(missing, username=name)).fetch(memory={}, now=NOW)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("429", SourceBusy),
        ("500", SourceDown),
        ("slow", SourceDown),
        ("large", PageTooLarge),
        ("cut", PageUnreadable),
        ("challenge", CaptchaAsked),
    ],
)
async def test_a_page_that_fails_says_how(engine: Engine, opened: Opened, fault: str, error: type[Exception]) -> None:
    engine.forum.write(7, CUSTOMER, "питання")
    source = await opened()
    memory = (await source.fetch(memory={}, now=NOW)).memory
    engine.forum.fault = fault
    with pytest.raises(error) as caught:
        await source.fetch(memory=memory, now=NOW)
    if fault == "429":
        assert getattr(caught.value, "retry_after", None) == 30
    engine.forum.fault = ""
    assert (await source.fetch(memory=memory, now=NOW)).unchanged


async def test_what_was_read_before_the_forum_stumbled_is_kept(engine: Engine, opened: Opened) -> None:
    engine.forum.write(7, CUSTOMER, "питання", timedelta(minutes=5))
    engine.forum.write(8, CUSTOMER, "інше", timedelta(minutes=9))
    eighth = (
        f"{engine.topics}8" if engine.topics in {"topic=", "threads/", "/forum/2-", "/topic/", "showtopic="} else "t=8"
    )
    engine.forum.fault, engine.forum.fault_on = "429", eighth
    source = await opened()
    look = await source.fetch(memory={}, now=NOW)
    assert [post.container_id for post in look.posts] == ["7"]
    engine.forum.fault = ""
    look = await source.fetch(memory=look.memory, now=NOW)
    assert [post.container_id for post in look.posts] == ["8"]


async def test_a_forum_for_members_is_read_by_its_member(engine: Engine, opened: Opened) -> None:
    engine.forum.members_only = True
    pid = engine.forum.write(7, CUSTOMER, "питання")
    source = await opened()
    assert ids((await source.fetch(memory={}, now=NOW)).posts) == [pid]
    engine.forum.members.clear()  # the session ends
    assert ids((await source.fetch(memory={}, now=NOW)).posts) == [pid]
    assert engine.forum.logins == 2


async def test_a_log_in_page_without_an_account_is_no_quiet_board(engine: Engine, opened: Opened) -> None:
    engine.forum.members_only = True
    with pytest.raises(PageUnreadable, match="logged-in"):
        await (await opened(username="", password="")).fetch(memory={}, now=NOW)


# --- writing --------------------------------------------------------------------------------------------------


async def test_a_reply_is_published_once_with_a_quote_and_found_again(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "Чому [b]немає[/b] 4G?", timedelta(hours=1))
    source = await opened()
    answer = "Добрий день! Перевіряємо 8) ₴ 👨‍👩‍👧"
    where = target(7, asked, "Чому [b]немає[/b] [url=http://x]4G[/url]? [quote")
    published = await source.publish(where, answer, now=NOW)
    assert published.external_id in {None, str(asked + 1)}
    (sent,) = engine.forum.replies
    head, _, words = sent["message"].partition("]")
    assert CUSTOMER in head
    assert words == f"Чому немає 4G? (quote[/quote]\n{answer}"
    found = await source.find(where, answer, now=NOW)
    assert found is not None
    assert (found.external_id, found.author_name, found.text) == (str(asked + 1), OFFICIAL, answer)
    assert (found.parent_id, found.quoted_authors) == (str(asked), (CUSTOMER,))


async def test_a_member_who_read_all_finds_the_reply_on_a_long_topic(engine: Engine, opened: Opened) -> None:
    engine.forum.members_only = True
    asked = [engine.forum.write(7, CUSTOMER, f"питання {n}", timedelta(hours=1)) for n in range(25)]
    source = await opened()
    await source.fetch(memory={}, now=NOW)
    await source.publish(target(7, asked[3]), "Відповідь", now=NOW)
    found = await source.find(target(7, asked[3]), "Відповідь", now=NOW)
    assert found is not None
    assert found.external_id == "126"


async def test_the_same_words_to_somebody_else_are_not_our_reply(engine: Engine, opened: Opened) -> None:
    first = engine.forum.write(7, CUSTOMER, "раз")
    second = engine.forum.write(7, OTHER, "два")
    source = await opened()
    await source.publish(target(7, second, author=OTHER), "Напишіть нам", now=NOW)
    assert await source.find(target(7, first), "Напишіть нам", now=NOW) is None
    engine.forum.write(7, CUSTOMER, "Напишіть нам")
    assert await source.find(target(7, first), "Напишіть нам", now=NOW) is None


async def test_a_lost_answer_is_unknown_and_the_reply_is_found_once(engine: Engine, opened: Opened) -> None:
    engine.forum.lost_reply = True
    asked = engine.forum.write(7, CUSTOMER, "питання")
    source = await opened()
    with pytest.raises(ReplyUnknown):
        await source.publish(target(7, asked), "Відповідь дійшла", now=NOW)
    assert len(engine.forum.replies) == 1
    assert await source.find(target(7, asked), "Відповідь дійшла", now=NOW) is not None


async def test_a_500_after_the_reply_left_is_unknown(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "питання")
    source = await opened()
    await source.check(now=NOW)
    engine.forum.fault, engine.forum.fault_on = "500", "POST"
    with pytest.raises(ReplyUnknown):
        await source.publish(target(7, asked), "Відповідь", now=NOW)


async def test_what_others_wrote_meanwhile_does_not_stop_the_reply(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "питання")
    engine.forum.meanwhile = "А я встиг раніше"
    source = await opened()
    await source.publish(target(7, asked), "Відповідь", now=NOW)
    assert len(engine.forum.replies) == 1
    assert [post.author for post in engine.forum.topics[7]] == [CUSTOMER, OTHER, OFFICIAL]


async def test_too_soon_after_the_last_reply_is_a_flood_with_its_wait(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "питання")
    engine.forum.flood = 60
    source = await opened()
    await source.publish(target(7, asked), "Перша", now=NOW)
    with pytest.raises(ReplyFlood) as caught:
        await source.publish(target(7, asked), "Друга", now=NOW)
    assert caught.value.retry_after in {6.0, 16.0}
    assert len(engine.forum.replies) == 1


async def test_a_closed_topic_and_a_post_that_is_gone_take_no_reply(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "питання")
    source = await opened()
    with pytest.raises(PageGone):
        await source.publish(target(7, 9999), "Відповідь", now=NOW)
    engine.forum.locked.add(7)
    with pytest.raises(ReplyClosed):
        await source.publish(target(7, asked), "Відповідь", now=NOW)
    assert not engine.forum.replies


async def test_a_reply_held_for_a_moderator_is_taken_and_not_found(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "питання")
    engine.forum.held_replies = True
    source = await opened()
    published = await source.publish(target(7, asked), "Відповідь", now=NOW)
    assert published.external_id is None
    assert await source.find(target(7, asked), "Відповідь", now=NOW) is None
    engine.forum.topics[7][-1].seen = True
    assert await source.find(target(7, asked), "Відповідь", now=NOW) is not None


async def test_a_form_that_leads_to_another_host_gets_nothing(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "питання")
    if isinstance(engine.forum, SMFForum | XenForoForum | VBulletinForum | UCozSite | IPSForum):
        engine.forum.form_host = "http://evil.example"
    elif isinstance(engine.forum, PhpBBForum):
        engine.forum.form_action = "http://evil.example/posting.php"
    with pytest.raises(AddressRefused, match=r"evil\.example"):
        await (await opened()).publish(target(7, asked), "Відповідь", now=NOW)


async def test_a_wrong_password_is_never_tried_again(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "питання")
    source = await opened(password="помилковий")
    for _ in range(3):
        with pytest.raises(LoginRefused, match=r"(?i)incorrect|invalid"):
            await source.publish(target(7, asked), "Відповідь", now=NOW)
    with pytest.raises(LoginRefused):
        await source.check(now=NOW)
    assert engine.forum.logins == 1
    assert len((await source.fetch(memory={}, now=NOW)).posts) == 1


async def test_a_session_that_ended_is_renewed_before_the_reply(engine: Engine, opened: Opened) -> None:
    asked = engine.forum.write(7, CUSTOMER, "питання")
    source = await opened()
    await source.publish(target(7, asked), "Перша", now=NOW)
    engine.forum.members.clear()
    await source.publish(target(7, asked), "Друга", now=NOW)
    assert (engine.forum.logins, len(engine.forum.replies)) == (2, 2)


# --- check ----------------------------------------------------------------------------------------------------


async def test_check_reads_logs_in_and_publishes_nothing(engine: Engine, opened: Opened) -> None:
    pid = engine.forum.write(7, CUSTOMER, "питання")
    health = await (await opened()).check(now=NOW)
    assert (health.ok, health.detail) == (True, "readable, logged in, may reply")
    assert health.newest is not None
    assert health.newest.external_id == str(pid)
    assert (engine.forum.logins, engine.forum.replies) == (1, [])


async def test_check_does_not_log_in_where_we_only_read(engine: Engine, opened: Opened) -> None:
    engine.forum.write(7, CUSTOMER, "питання")
    assert (await (await opened(write=False)).check(now=NOW)).ok
    assert engine.forum.logins == 0


# --- figures --------------------------------------------------------------------------------------------------


async def test_views_and_replies_of_the_listed_topics_are_measured(engine: Engine, opened: Opened) -> None:
    for _ in range(4):
        engine.forum.write(7, CUSTOMER, "питання", timedelta(hours=1))
    engine.forum.write(8, OTHER, "інше", timedelta(hours=2))
    found = {(one.metric, one.container_id): one.value for one in await (await opened()).measure(now=NOW)}
    assert {key: found[key] for key in found if key[0] is Metric.COMMENTS} == {
        (Metric.COMMENTS, "7"): 3,
        (Metric.COMMENTS, "8"): 0,
    }
    for tid in ("7", "8"):
        views = found[Metric.VIEWS, tid]
        assert views is not None
        assert 0 <= views < 100_000


async def test_a_topic_watched_by_itself_has_no_list_to_count_from(engine: Engine, opened: Opened) -> None:
    engine.forum.write(7, CUSTOMER, "питання")
    assert await (await opened(engine.topic.format(7))).measure(now=NOW) == ()
