"""The NodeBB source at work, over real HTTP, against a small NodeBB with the real one's habits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.domain.errors import (
    AddressRefused,
    CaptchaAsked,
    ConfigMistakes,
    LoginRefused,
    PageGone,
    PageTooLarge,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
)
from bot.domain.model import ReplyTarget, SeenPost
from bot.sources import Http, SourceOptions
from bot.sources.nodebb import NodeBB, places
from tests.sources.stand_ins import nodebb as stand_in

Serve = Callable[[Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]], Awaitable[str]]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OFFICIAL, CUSTOMER, OTHER = "official_sample", "Тестовий Абонент", "Оксана Прикладна"
ANSWER = "Добрий день! Перевіряємо."


@pytest.fixture
def forum() -> stand_in.NodeBB:
    return stand_in.NodeBB(NOW, OFFICIAL)


async def opened(forum: stand_in.NodeBB, serve: Serve, http: Http, **changes: object) -> NodeBB:
    origin = await serve(forum.routes())
    path = str(changes.pop("path", "/category/5/pytannia"))
    options = SourceOptions(
        key="nodebb-sample",
        url=f"{origin}{path}",
        username=OFFICIAL,
        password=forum.password,
        official=frozenset({OFFICIAL}),
    )
    return NodeBB(replace(options, **changes), http)  # type: ignore[arg-type]


def target(tid: int, pid: int, author: str = CUSTOMER) -> ReplyTarget:
    return ReplyTarget(str(tid), str(pid), author, author, "Чому немає 4G?", "")


def ids(posts: tuple[SeenPost, ...]) -> list[int]:
    return [int(post.external_id) for post in posts]


def asked(forum: stand_in.NodeBB) -> list[str]:
    """What was asked for since the last time, emptied."""
    told, forum.faults.asked[:] = list(forum.faults.asked), []
    return told


# --- reading --------------------------------------------------------------------------------------------------


async def test_a_first_look_reads_every_topic_of_the_category(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    first = forum.write(1, CUSTOMER, "Чому немає 4G?", timedelta(hours=2))
    answer = forum.write(1, OFFICIAL, "Вже працюємо.", timedelta(hours=1), to_pid=first)
    second = forum.write(2, OTHER, "Дякую!")
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert sorted(ids(look.posts)) == [first, answer, second]
    assert look.containers_read == {"1", "2"}
    by_id = {int(post.external_id): post for post in look.posts}
    assert by_id[first].published_at == NOW - timedelta(hours=2)
    assert by_id[first].title == "Тема 1 про 3G/4G"
    assert by_id[first].url.endswith(f"/post/{first}")
    assert (by_id[answer].parent_id, by_id[answer].quoted_authors) == (str(first), (CUSTOMER,))


async def test_memory_is_strings_without_secrets_and_survives_a_round_trip(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    forum.members_only = True
    forum.write(1, CUSTOMER, "Чому немає 4G?", timedelta(hours=3))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    secrets = [forum.password, *forum.sessions, *(session.token for session in forum.sessions.values())]
    assert all(isinstance(value, str) and not any(one in value for one in secrets) for value in memory.values())
    asked(forum)
    look = await source.fetch(memory=dict(memory), now=NOW + timedelta(minutes=1))
    assert (look.unchanged, look.posts, look.memory) == (True, (), memory)
    assert len(asked(forum)) == 1


async def test_a_late_reply_in_an_old_topic_is_read_and_nothing_else(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    forum.write(1, CUSTOMER, "старе питання", timedelta(days=400))
    forum.write(2, OTHER, "інше", timedelta(hours=5))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    late = forum.write(1, CUSTOMER, "І досі немає!")
    asked(forum)
    look = await source.fetch(memory=memory, now=NOW)
    assert late in ids(look.posts)
    assert {post.container_id for post in look.posts} == {"1"}
    assert len(asked(forum)) == 2


async def test_an_edit_is_seen_soon_in_a_fresh_topic_and_in_time_in_an_old_one(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    fresh = forum.write(1, CUSTOMER, "свіже", timedelta(minutes=5))
    old = forum.write(2, OTHER, "старе", timedelta(days=2))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.edit(fresh, "свіже, виправлене")
    forum.edit(old, "старе, виправлене")
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=2))
    assert [post.text for post in look.posts] == ["свіже, виправлене"]
    look = await source.fetch(memory=look.memory, now=NOW + timedelta(minutes=31))
    assert "старе, виправлене" in [post.text for post in look.posts]


async def test_a_deleted_post_is_absent_from_a_topic_read_to_its_end(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    kept = forum.write(1, CUSTOMER, "лишається", timedelta(minutes=9))
    removed = forum.write(1, CUSTOMER, "зникне", timedelta(minutes=5))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.post(removed).deleted = True
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=2))
    assert ids(look.posts) == [kept]
    assert look.containers_read == {"1"}


async def test_a_purged_post_early_in_a_long_topic_is_noticed_by_the_count(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    for number in range(150):
        forum.write(1, CUSTOMER, f"допис {number}", timedelta(days=30) - timedelta(hours=number))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    purged = forum.topics[1].posts.pop(50)
    look = await source.fetch(memory=memory, now=NOW)
    assert look.containers_read == {"1"}
    assert len(look.posts) == 149
    assert purged.pid not in ids(look.posts)


async def test_topics_deleted_or_purged_are_gone(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    for tid in (1, 2, 3):
        forum.write(tid, CUSTOMER, "питання", timedelta(hours=3))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.topics[1].deleted = True
    del forum.topics[2]
    look = await source.fetch(memory=memory, now=NOW)
    assert not look.posts
    assert look.containers_read == {"1", "2"}
    assert list(look.memory) == ["t:3"]
    assert (await source.fetch(memory=look.memory, now=NOW)).unchanged


@pytest.mark.parametrize("account", [{}, {"username": "", "password": ""}, {"password": "помилковий"}])
@pytest.mark.parametrize("members_only", [False, True])
async def test_a_topic_moved_out_of_sight_is_gone(
    forum: stand_in.NodeBB, serve: Serve, http: Http, account: dict[str, str], members_only: bool
) -> None:
    for tid in (1, 2):
        forum.write(tid, CUSTOMER, "питання", timedelta(hours=3))
    forum.members_only = members_only and not account
    source = await opened(forum, serve, http, **account)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.topics[1].private = True
    if account.get("password"):
        with pytest.raises(LoginRefused):
            await source.fetch(memory=memory, now=NOW)
    look = await source.fetch(memory=memory, now=NOW)
    assert (len(look.posts), set(look.containers_read), list(look.memory)) == (0, {"1"}, ["t:2"])


async def test_a_listed_topic_that_we_may_not_read_is_an_error_and_not_gone(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http, username="", password="")
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.write(1, CUSTOMER, "ще")
    forum.faults.broken["/api/topic"] = "401"
    with pytest.raises(PageUnreadable, match="logged-in"):
        await source.fetch(memory=memory, now=NOW)


async def test_a_long_topic_is_read_newest_first_and_bounded(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    pids = [forum.write(1, CUSTOMER, f"допис {number}", timedelta(hours=1)) for number in range(400)]
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert set(ids(look.posts)) == {*pids[:20], *pids[-80:]}
    assert not look.containers_read
    assert [line.rpartition("=")[2] for line in asked(forum)[1:]] == ["1", "20", "19", "18", "17"]


async def test_a_topic_never_seen_is_read_two_days_back(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    pids = [forum.write(1, CUSTOMER, f"допис {number}", timedelta(days=100 - number)) for number in range(90)]
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert set(ids(look.posts)) == {*pids[:20], *pids[-10:]}


async def test_what_came_since_the_last_look_is_read_over_several_pages(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    for number in range(40):
        forum.write(1, CUSTOMER, f"допис {number}", timedelta(days=9))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    fresh = [forum.write(1, OTHER, f"новий {number}", timedelta(minutes=3)) for number in range(45)]
    look = await source.fetch(memory=memory, now=NOW)
    assert set(fresh) <= set(ids(look.posts))
    assert len(ids(look.posts)) == len(set(ids(look.posts)))


async def test_pinned_topics_do_not_hide_what_is_new_below_them(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    forum.write(1, OFFICIAL, "Правила", timedelta(days=90))
    forum.topics[1].pinned = True
    forum.write(2, CUSTOMER, "питання", timedelta(hours=3))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    fresh = forum.write(2, CUSTOMER, "ще питання")
    assert fresh in ids((await source.fetch(memory=memory, now=NOW)).posts)


async def test_one_topic_can_be_watched_by_itself(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    pid = forum.write(1, CUSTOMER, "раз")
    forum.write(2, OTHER, "не сюди")
    source = await opened(forum, serve, http, path="/topic/1/tema/3")
    look = await source.fetch(memory={}, now=NOW)
    assert ids(look.posts) == [pid]
    del forum.topics[1]
    with pytest.raises(PageGone):
        await source.fetch(memory=look.memory, now=NOW)


def test_an_address_says_what_is_watched() -> None:
    assert places("https://f.example/category/5/slug") == ("https://f.example", "5", None)
    assert places("https://f.example/sub/topic/7") == ("https://f.example/sub", "", "7")
    assert places("https://f.example/api/topic/7?page=2") == ("https://f.example", "", "7")
    with pytest.raises(ConfigMistakes, match="category"):
        places("https://f.example/user/somebody")


async def test_a_forum_closed_to_guests_is_read_by_its_member(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    forum.members_only = True
    pid = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    assert ids((await source.fetch(memory={}, now=NOW)).posts) == [pid]
    forum.end_sessions()
    assert ids((await source.fetch(memory={}, now=NOW)).posts) == [pid]
    assert forum.logins == 2
    with pytest.raises(PageUnreadable, match="logged-in"):
        await (await opened(forum, serve, http, username="", password="")).fetch(memory={}, now=NOW)


async def test_a_missing_category_is_gone_and_an_emptied_one_is_no_quiet_page(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    with pytest.raises(PageGone):
        await (await opened(forum, serve, http, path="/category/9")).fetch(memory={}, now=NOW)
    source = await opened(forum, serve, http)
    assert not (await source.fetch(memory={}, now=NOW)).posts
    forum.write(1, CUSTOMER, "питання")
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.topics.clear()
    with pytest.raises(PageUnreadable, match="no topic"):
        await source.fetch(memory=memory, now=NOW)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("500", SourceDown),
        ("503", SourceDown),
        ("429", SourceBusy),
        ("login", PageUnreadable),
        ("challenge", CaptchaAsked),
        ("cut", PageUnreadable),
        ("empty", PageUnreadable),
        ("list", PageUnreadable),
        ("other", PageUnreadable),
        ("large", PageTooLarge),
        ("moved", AddressRefused),
        ("slow", SourceDown),
    ],
)
@pytest.mark.parametrize("where", ["/api/category/5", "/api/topic/1"])
async def test_whatever_is_no_answer_of_the_forum_is_an_error_of_its_own(
    forum: stand_in.NodeBB, serve: Serve, http: Http, fault: str, error: type[SourceError], where: str
) -> None:
    forum.write(1, CUSTOMER, "питання")
    forum.faults.broken[where] = fault
    with pytest.raises(error) as caught:
        await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert type(caught.value) is error
    if fault == "429":
        assert caught.value.retry_after == 30


async def test_what_was_read_before_the_forum_stumbled_is_kept(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    forum.write(1, CUSTOMER, "раз", timedelta(minutes=9))
    newer = forum.write(2, OTHER, "два")
    source = await opened(forum, serve, http)
    forum.faults.broken["/api/topic/1"] = "500"
    look = await source.fetch(memory={}, now=NOW)
    assert ids(look.posts) == [newer]
    assert list(look.memory) == ["t:2"]


# --- writing --------------------------------------------------------------------------------------------------


async def test_a_reply_is_published_once_under_its_post_and_found_again(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    pid = forum.write(1, CUSTOMER, "Чому немає 4G?")
    forum.write(1, OTHER, "І в мене")
    source = await opened(forum, serve, http)
    published = await source.publish(target(1, pid), ANSWER, now=NOW)
    assert published.external_id == str(forum.pids)
    assert published.url is not None
    assert published.url.endswith(f"/post/{forum.pids}")
    assert published.published_at == NOW
    assert forum.taken == [{"content": ANSWER, "toPid": pid}]
    found = await source.find(target(1, pid), ANSWER, now=NOW)
    assert found is not None
    assert (found.external_id, found.author_id, found.text) == (published.external_id, OFFICIAL, ANSWER)
    assert (found.parent_id, found.quoted_authors) == (str(pid), (CUSTOMER,))


@pytest.mark.parametrize(
    "text",
    [
        "Наберіть *111# або *112#, а потім _чекайте_ на відповідь",
        "1. Вимкніть телефон\n2. Увімкніть :(\n# і все\n- так\n> ні",
        "<b>Не тег</b> & [не посилання](x) `не код` https://my.example/a_b_c?x=1",
        "Ціна — 5 ₴, «лапки», 👨‍👩‍👧 ʼ 😡 <script>alert(1)</script>",
    ],
)
async def test_an_answer_reads_on_the_page_as_it_was_written(
    forum: stand_in.NodeBB, serve: Serve, http: Http, text: str
) -> None:
    pid = forum.write(1, CUSTOMER, "Чому немає 4G?")
    source = await opened(forum, serve, http)
    await source.publish(target(1, pid), text, now=NOW)
    found = await source.find(target(1, pid), text, now=NOW)
    assert found is not None
    assert found.text.replace("😞", ":(").split() == text.split()


async def test_an_answer_published_by_hand_is_found(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    pid = forum.write(1, CUSTOMER, "раз")
    by_hand = forum.write(1, OFFICIAL, "Полагодили.\n\nДякуємо!", timedelta())
    found = await (await opened(forum, serve, http)).find(target(1, pid), "Полагодили. Дякуємо!", now=NOW)
    assert found is not None
    assert found.external_id == str(by_hand)


async def test_the_same_words_of_others_or_to_others_are_not_our_reply(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    forum.write(1, OFFICIAL, ANSWER, timedelta(hours=3))
    first = forum.write(1, CUSTOMER, "раз", timedelta(hours=2))
    second = forum.write(1, OTHER, "два", timedelta(hours=1))
    forum.write(1, CUSTOMER, ANSWER)
    forum.write(1, OFFICIAL, ANSWER, to_pid=first, guest=True)
    source = await opened(forum, serve, http)
    await source.publish(target(1, second, OTHER), ANSWER, now=NOW)
    assert await source.find(target(1, first), ANSWER, now=NOW) is None
    assert await source.find(target(1, second, OTHER), ANSWER, now=NOW) is not None


async def test_a_reply_at_the_end_of_a_long_topic_is_found(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    pids = [forum.write(1, CUSTOMER, f"допис {number}") for number in range(300)]
    source = await opened(forum, serve, http)
    await source.publish(target(1, pids[150]), ANSWER, now=NOW)
    for _ in range(19):
        forum.write(1, OTHER, "балачки")
    asked(forum)
    assert await source.find(target(1, pids[150]), ANSWER, now=NOW) is not None
    forum.write(1, OTHER, "балачки")
    assert await source.find(target(1, pids[150]), ANSWER, now=NOW) is not None
    assert len(asked(forum)) == 5


async def test_a_reply_held_in_the_queue_is_accepted_and_not_seen_yet(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    forum.queue = True
    source = await opened(forum, serve, http)
    published = await source.publish(target(1, pid), ANSWER, now=NOW)
    assert (published.external_id, published.url) == (None, None)
    assert await source.find(target(1, pid), ANSWER, now=NOW) is None


async def test_a_lost_answer_is_unknown_and_the_reply_is_found_once(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    forum.faults.broken["/api/v3"] = "lost"
    with pytest.raises(ReplyUnknown):
        await source.publish(target(1, pid), ANSWER, now=NOW)
    assert len(forum.taken) == 1
    assert await source.find(target(1, pid), ANSWER, now=NOW) is not None
    assert sum(line.startswith("POST /api/v3") for line in asked(forum)) == 1


@pytest.mark.parametrize("fault", ["500", "502", "503", "cut", "empty", "login", "slow"])
async def test_an_answer_that_cannot_be_read_is_unknown_and_not_sent_again(
    forum: stand_in.NodeBB, serve: Serve, http: Http, fault: str
) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    forum.faults.broken["/api/v3"] = fault
    with pytest.raises(ReplyUnknown):
        await source.publish(target(1, pid), ANSWER, now=NOW)
    assert sum(line.startswith("POST /api/v3") for line in asked(forum)) == 1


@pytest.mark.parametrize(
    ("trouble", "error", "wait"),
    [
        ("flood", ReplyFlood, 11),
        ("newbie", ReplyFlood, 121),
        ("minutes", ReplyFlood, 121),
        ("too new", ReplyFlood, 11),
        ("locked", ReplyClosed, None),
        ("invalid pid", PageGone, None),
        ("short", ReplyRejected, None),
        ("privileges", ReplyForbidden, None),
        ("muted", ReplyForbidden, None),
        ("no topic", PageGone, None),
    ],
)
async def test_a_refusal_comes_back_as_its_own_error(
    forum: stand_in.NodeBB, serve: Serve, http: Http, trouble: str, error: type[SourceError], wait: float | None
) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    forum.trouble, forum.ukrainian = trouble, True
    with pytest.raises(error) as caught:
        await (await opened(forum, serve, http)).publish(target(1, pid), ANSWER, now=NOW)
    assert type(caught.value) is error
    assert caught.value.retry_after == wait
    assert not forum.taken


async def test_a_closed_topic_and_a_post_that_is_gone_take_no_reply(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    with pytest.raises(PageGone):
        await source.publish(target(1, 9999), ANSWER, now=NOW)
    with pytest.raises(PageGone):
        await source.publish(target(404, pid), ANSWER, now=NOW)
    forum.topics[1].locked = True
    with pytest.raises(ReplyClosed):
        await source.publish(target(1, pid), ANSWER, now=NOW)
    forum.faults.broken["/api/v3"] = "challenge"
    with pytest.raises(CaptchaAsked):
        await source.publish(target(1, pid), ANSWER, now=NOW)
    assert not forum.taken


# --- the account ----------------------------------------------------------------------------------------------


async def test_the_account_logs_in_once_and_uses_the_token_of_its_new_session(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    for text in ("Перша відповідь", "Друга відповідь"):
        await source.publish(target(1, pid), text, now=NOW)
    assert (forum.logins, len(forum.taken)) == (1, 2)


async def test_a_session_that_ended_takes_no_reply_and_the_next_try_logs_in_again(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    await source.publish(target(1, pid), "Перша відповідь", now=NOW)
    forum.end_sessions()
    with pytest.raises(SourceDown, match="session ended"):
        await source.publish(target(1, pid), "Друга відповідь", now=NOW)
    await source.publish(target(1, pid), "Друга відповідь", now=NOW)
    assert (forum.logins, len(forum.taken)) == (2, 2)


async def test_a_wrong_password_is_never_tried_again_and_never_shown(
    forum: stand_in.NodeBB, serve: Serve, http: Http
) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http, password="помилковий")
    for _ in range(3):
        with pytest.raises(LoginRefused, match="invalid-login-credentials") as caught:
            await source.publish(target(1, pid), ANSWER, now=NOW)
        assert "помилковий" not in str(caught.value)
    with pytest.raises(LoginRefused):
        await source.check(now=NOW)
    assert forum.logins == 1
    assert ids((await source.fetch(memory={}, now=NOW)).posts) == [pid]


async def test_a_second_step_at_the_log_in_is_for_people(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    for place in ("/login/2fa?next=/", "/reset/0123456789"):
        forum.next_place = place
        source = await opened(forum, serve, http)
        for _ in range(2):
            with pytest.raises(LoginRefused, match="another step"):
                await source.publish(target(1, pid), ANSWER, now=NOW)
    assert forum.logins == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [("500", SourceDown), ("429", SourceBusy), ("challenge", CaptchaAsked), ("slow", SourceDown), ("lost", SourceDown)],
)
async def test_a_log_in_that_stumbles_is_no_refusal_of_the_password(
    forum: stand_in.NodeBB, serve: Serve, http: Http, fault: str, error: type[SourceError]
) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    forum.faults.broken["/login"] = fault
    with pytest.raises(error) as caught:
        await source.publish(target(1, pid), ANSWER, now=NOW)
    assert type(caught.value) is error
    forum.faults.broken.clear()
    if fault != "challenge":
        await source.publish(target(1, pid), ANSWER, now=NOW)
        assert len(forum.taken) == 1


async def test_no_account_writes_nothing(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    pid = forum.write(1, CUSTOMER, "питання")
    with pytest.raises(LoginRefused, match="no name"):
        await (await opened(forum, serve, http, password="")).publish(target(1, pid), ANSWER, now=NOW)
    assert not asked(forum)


# --- check ----------------------------------------------------------------------------------------------------


async def test_check_reads_logs_in_and_publishes_nothing(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    for number in range(30):
        forum.write(1, CUSTOMER, f"допис {number}")
    health = await (await opened(forum, serve, http)).check(now=NOW)
    assert (health.ok, health.detail) == (True, "readable, logged in, may reply")
    assert health.newest is not None
    assert health.newest.text == "допис 29"
    assert (forum.logins, forum.taken) == (1, [])


async def test_check_says_what_is_wrong(forum: stand_in.NodeBB, serve: Serve, http: Http) -> None:
    assert (await (await opened(forum, serve, http)).check(now=NOW)).newest is None
    forum.write(1, CUSTOMER, "питання")
    forum.topics[1].locked = True
    health = await (await opened(forum, serve, http, official=frozenset({"хтось"}))).check(now=NOW)
    assert not health.ok
    assert OFFICIAL in health.detail
    assert "closed" in health.detail
    forum.may_reply = False
    assert "may not reply" in (await (await opened(forum, serve, http)).check(now=NOW)).detail
    assert (await (await opened(forum, serve, http, password="", write=False)).check(now=NOW)).ok
