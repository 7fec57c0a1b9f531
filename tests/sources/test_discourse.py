"""The Discourse source at work, over real HTTP, against a small Discourse with the real one's habits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.domain.errors import (
    AddressRefused,
    CaptchaAsked,
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
    TokenRefused,
)
from bot.domain.model import ReplyTarget, SeenPost
from bot.sources import Http, SourceOptions
from bot.sources.discourse import Discourse, places
from tests.sources.stand_ins import discourse as stand_in

Serve = Callable[[Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]], Awaitable[str]]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OFFICIAL, CUSTOMER, OTHER = "official_sample", "testovyi_abonent", "oksana_prykladna"
ANSWER = "Добрий день! Перевіряємо, напишемо за годину."


@pytest.fixture
def forum() -> stand_in.Discourse:
    return stand_in.Discourse(NOW, OFFICIAL)


async def opened(forum: stand_in.Discourse, serve: Serve, http: Http, **changes: object) -> Discourse:
    origin = await serve(forum.routes())
    path = str(changes.pop("path", "/c/support/7"))
    options = SourceOptions(
        key="discourse-sample",
        url=f"{origin}{path}",
        token=forum.key,
        username=OFFICIAL,
        official=frozenset({OFFICIAL}),
    )
    return Discourse(replace(options, **changes), http)  # type: ignore[arg-type]


def target(tid: int, post_id: int, author: str = CUSTOMER) -> ReplyTarget:
    return ReplyTarget(str(tid), str(post_id), author, author, "Чому немає 4G?", "")


def ids(posts: tuple[SeenPost, ...]) -> list[int]:
    return [int(post.external_id) for post in posts]


def asked(forum: stand_in.Discourse) -> list[str]:
    """What was asked for since the last time, emptied."""
    told, forum.faults.asked[:] = list(forum.faults.asked), []
    return told


# --- reading --------------------------------------------------------------------------------------------------


async def test_a_first_look_reads_every_topic_of_the_category(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    first = forum.write(1, CUSTOMER, "Чому немає 4G?", timedelta(hours=2))
    answer = forum.write(1, OFFICIAL, "Вже працюємо.", timedelta(hours=1), reply_to=1)
    second = forum.write(2, OTHER, "Дякую!")
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert sorted(ids(look.posts)) == [first, answer, second]
    assert look.containers_read == {"1", "2"}
    by_id = {int(post.external_id): post for post in look.posts}
    assert by_id[first].published_at == NOW - timedelta(hours=2)
    assert by_id[first].title == "Тема 1"
    assert by_id[first].url.endswith("/t/1/1")
    assert (by_id[answer].parent_id, by_id[answer].quoted_authors) == (str(first), (CUSTOMER,))


async def test_memory_is_strings_without_secrets_and_survives_a_round_trip(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    forum.write(1, CUSTOMER, "Чому немає 4G?", timedelta(hours=3))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    assert all(isinstance(value, str) and forum.key not in value for value in memory.values())
    asked(forum)
    look = await source.fetch(memory=dict(memory), now=NOW + timedelta(minutes=1))
    assert (look.unchanged, look.posts, look.memory) == (True, (), memory)
    assert len(asked(forum)) == 1
    assert (await source.fetch(memory={"t:1": "nonsense", "t:x": ""}, now=NOW)).posts


async def test_a_late_reply_in_an_old_topic_is_read_and_nothing_else(
    forum: stand_in.Discourse, serve: Serve, http: Http
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
    forum: stand_in.Discourse, serve: Serve, http: Http
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


@pytest.mark.parametrize("how", ["deleted", "user_deleted", "hidden"])
async def test_a_removed_post_is_absent_from_a_topic_read_to_its_end(
    forum: stand_in.Discourse, serve: Serve, http: Http, how: str
) -> None:
    kept = forum.write(1, CUSTOMER, "лишається", timedelta(minutes=9))
    removed = forum.post(forum.write(1, CUSTOMER, "зникне", timedelta(minutes=5)))
    assert removed is not None
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    setattr(removed, how, True)
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=2))
    assert ids(look.posts) == [kept]
    assert look.containers_read == {"1"}


async def test_a_post_removed_early_in_a_long_topic_is_noticed_by_its_count(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    for number in range(150):
        forum.write(1, CUSTOMER, f"допис {number}", timedelta(days=30) - timedelta(hours=number))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    removed = forum.topics[1].posts[50]
    removed.deleted = True
    look = await source.fetch(memory=memory, now=NOW)
    assert look.containers_read == {"1"}
    assert len(look.posts) == 149
    assert removed.id not in ids(look.posts)


async def test_a_topic_taken_down_or_made_private_is_gone(forum: stand_in.Discourse, serve: Serve, http: Http) -> None:
    for tid in (1, 2, 3):
        forum.write(tid, CUSTOMER, "питання", timedelta(hours=3))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.topics[1].deleted = True
    forum.topics[2].private = True
    look = await source.fetch(memory=memory, now=NOW)
    assert not look.posts
    assert look.containers_read == {"1", "2"}
    assert list(look.memory) == ["t:3"]


async def test_a_topic_made_private_is_gone_for_the_key_too(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    for tid in (1, 2):
        forum.write(tid, CUSTOMER, "питання", timedelta(hours=3))
    forum.login_required = True
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    forum.topics[1].private = True
    look = await source.fetch(memory=memory, now=NOW)
    assert (len(look.posts), set(look.containers_read), list(look.memory)) == (0, {"1"}, ["t:2"])


async def test_a_long_topic_is_read_newest_first_and_bounded(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    posts = [forum.write(1, CUSTOMER, f"допис {number}", timedelta(hours=1)) for number in range(400)]
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert set(ids(look.posts)) == {*posts[:20], *posts[-80:]}
    assert not look.containers_read
    assert len(asked(forum)) == 6


async def test_a_topic_never_seen_is_read_two_days_back(forum: stand_in.Discourse, serve: Serve, http: Http) -> None:
    posts = [forum.write(1, CUSTOMER, f"допис {number}", timedelta(days=100 - number)) for number in range(90)]
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert set(ids(look.posts)) == {*posts[:20], *posts[-20:]}


async def test_what_came_since_the_last_look_is_read_whole_over_several_chunks(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    for number in range(40):
        forum.write(1, CUSTOMER, f"допис {number}", timedelta(days=9))
    source = await opened(forum, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    fresh = [forum.write(1, OTHER, f"новий {number}", timedelta(minutes=3)) for number in range(45)]
    look = await source.fetch(memory=memory, now=NOW)
    assert set(fresh) <= set(ids(look.posts))
    assert len(ids(look.posts)) == len(set(ids(look.posts)))


async def test_further_pages_of_the_list_are_read_only_while_all_is_news(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    for tid in range(1, 71):
        forum.write(tid, CUSTOMER, "питання", timedelta(days=8, minutes=tid))
    source = await opened(forum, serve, http)
    memory = {f"t:{tid}": "1,1,1,1|seen" for tid in range(200, 203)}
    await source.fetch(memory=memory, now=NOW)
    assert sum("latest.json" in line for line in asked(forum)) == 3
    await source.fetch(memory={}, now=NOW)
    assert sum("latest.json" in line for line in asked(forum)) == 1


async def test_no_more_than_twenty_topics_are_read_in_one_look_and_none_is_lost(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    posts = [forum.write(tid, CUSTOMER, "питання", timedelta(days=8)) for tid in range(1, 26)]
    source = await opened(forum, serve, http)
    first = await source.fetch(memory={}, now=NOW)
    second = await source.fetch(memory=first.memory, now=NOW)
    assert len(first.posts) == 20
    assert sorted(ids((*first.posts, *second.posts))) == posts


async def test_notes_of_the_engine_and_whispers_are_no_posts(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    post = forum.write(1, CUSTOMER, "питання")
    by_staff = forum.write(1, "moderator", "допис модератора", kind=2)
    forum.write(1, "system", "closed this topic", kind=3)
    forum.write(1, "moderator", "шепіт", kind=4)
    look = await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert ids(look.posts) == [post, by_staff]


async def test_one_topic_or_the_whole_site_can_be_watched(forum: stand_in.Discourse, serve: Serve, http: Http) -> None:
    first, second = forum.write(1, CUSTOMER, "раз"), forum.write(2, OTHER, "два")
    one = await opened(forum, serve, http, path="/t/topic-1/1")
    look = await one.fetch(memory={}, now=NOW)
    assert ids(look.posts) == [first]
    assert ids((await one.fetch(memory=look.memory, now=NOW + timedelta(hours=1))).posts) == [first]
    everything = await opened(forum, serve, http, path="/")
    assert sorted(ids((await everything.fetch(memory={}, now=NOW)).posts)) == [first, second]


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://f.example/c/support/7", ("https://f.example", "/c/support/7/l/latest.json", None)),
        ("https://f.example/c/a/support/7/l/top", ("https://f.example", "/c/a/support/7/l/latest.json", None)),
        ("https://f.example/sub/c/support/7.json", ("https://f.example/sub", "/c/support/7/l/latest.json", None)),
        ("https://f.example", ("https://f.example", "/latest.json", None)),
        ("https://f.example/sub/latest", ("https://f.example/sub", "/latest.json", None)),
        ("https://f.example/t/slug/12/34?u=x", ("https://f.example", "/latest.json", "12")),
        ("https://f.example/sub/t/12", ("https://f.example/sub", "/latest.json", "12")),
    ],
)
def test_an_address_says_what_is_watched(url: str, place: tuple[str, str, str | None]) -> None:
    assert places(url) == place


async def test_a_forum_closed_to_guests_is_read_with_the_key(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    post = forum.write(1, CUSTOMER, "питання")
    for closed in ("login_required", "hidden_category"):
        setattr(forum, closed, True)
        assert ids((await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)).posts) == [post]
    with pytest.raises(PageUnreadable, match="logged in"):
        await (await opened(forum, serve, http, token="", username="")).fetch(memory={}, now=NOW)


async def test_a_key_that_is_no_longer_good_is_said_and_never_shown(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    forum.login_required = True
    with pytest.raises(TokenRefused, match="key is invalid") as caught:
        await (await opened(forum, serve, http, token="expired-key")).fetch(memory={}, now=NOW)
    assert "expired-key" not in str(caught.value)


async def test_an_empty_category_is_read_once_but_is_no_quiet_page_later(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
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
@pytest.mark.parametrize("where", ["/c/support/7", "/t/1"])
async def test_whatever_is_no_answer_of_the_forum_is_an_error_of_its_own(
    forum: stand_in.Discourse, serve: Serve, http: Http, fault: str, error: type[SourceError], where: str
) -> None:
    forum.write(1, CUSTOMER, "питання")
    forum.faults.broken[where] = fault
    with pytest.raises(error) as caught:
        await (await opened(forum, serve, http)).fetch(memory={}, now=NOW)
    assert type(caught.value) is error
    if fault == "429":
        assert caught.value.retry_after == 30


async def test_what_was_read_before_the_forum_stumbled_is_kept(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    forum.write(1, CUSTOMER, "раз", timedelta(minutes=9))
    newer = forum.write(2, OTHER, "два")
    source = await opened(forum, serve, http)
    forum.faults.broken["/t/1"] = "429"
    look = await source.fetch(memory={}, now=NOW)
    assert ids(look.posts) == [newer]
    assert list(look.memory) == ["t:2"]


# --- writing --------------------------------------------------------------------------------------------------


async def test_a_reply_is_published_once_under_its_post_and_found_again(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    post = forum.write(1, CUSTOMER, "Чому немає 4G?")
    forum.write(1, OTHER, "І в мене")
    source = await opened(forum, serve, http)
    published = await source.publish(target(1, post), ANSWER, now=NOW)
    assert published.external_id == str(forum.ids)
    assert published.url is not None
    assert published.url.endswith("/t/1/3")
    assert published.published_at == NOW
    assert forum.taken == [{"topic_id": 1, "raw": ANSWER, "reply_to_post_number": 1}]
    found = await source.find(target(1, post), ANSWER, now=NOW)
    assert found is not None
    assert (found.external_id, found.author_id, found.text) == (published.external_id, OFFICIAL, ANSWER)
    assert (found.parent_id, found.quoted_authors) == (str(post), (CUSTOMER,))


@pytest.mark.parametrize(
    "text",
    [
        "Наберіть *111# або *112#, а потім _чекайте_ на відповідь",
        "1. Вимкніть телефон\n2. Увімкніть :)\n# і все\n- так\n> ні",
        "<b>Не тег</b> & [не посилання](x) `не код` https://my.example/a_b_c?x=1",
        "Ціна — 5 ₴, «лапки», 👨‍👩‍👧 ʼ 😡 <script>alert(1)</script>",
    ],
)
async def test_an_answer_reads_on_the_page_as_it_was_written(
    forum: stand_in.Discourse, serve: Serve, http: Http, text: str
) -> None:
    post = forum.write(1, CUSTOMER, "Чому немає 4G?")
    source = await opened(forum, serve, http)
    await source.publish(target(1, post), text, now=NOW)
    found = await source.find(target(1, post), text, now=NOW)
    assert found is not None
    assert found.text.replace("🙂", ":)").split() == text.split()


async def test_an_answer_published_by_hand_is_found(forum: stand_in.Discourse, serve: Serve, http: Http) -> None:
    post = forum.write(1, CUSTOMER, "раз")
    by_hand = forum.write(1, OFFICIAL, "Полагодили.\n\nДякуємо!", timedelta())
    found = await (await opened(forum, serve, http)).find(target(1, post), "Полагодили. Дякуємо!", now=NOW)
    assert found is not None
    assert found.external_id == str(by_hand)


async def test_the_same_words_of_others_or_to_others_are_not_our_reply(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    forum.write(1, OFFICIAL, ANSWER, timedelta(hours=3))
    first = forum.write(1, CUSTOMER, "раз", timedelta(hours=2))
    second = forum.write(1, OTHER, "два", timedelta(hours=1))
    forum.write(1, CUSTOMER, ANSWER)
    source = await opened(forum, serve, http)
    await source.publish(target(1, second, OTHER), ANSWER + " Так.", now=NOW)
    assert await source.find(target(1, first), ANSWER, now=NOW) is None
    assert await source.find(target(1, first), ANSWER + " Так.", now=NOW) is None
    assert await source.find(target(1, second, OTHER), ANSWER + " Так.", now=NOW) is not None


async def test_a_reply_is_found_at_the_end_of_a_long_topic_in_three_requests(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    posts = [forum.write(1, CUSTOMER, f"допис {number}") for number in range(300)]
    source = await opened(forum, serve, http)
    await source.publish(target(1, posts[150]), ANSWER, now=NOW)
    asked(forum)
    found = await source.find(target(1, posts[150]), ANSWER, now=NOW)
    assert found is not None
    assert found.quoted_authors == (CUSTOMER,)
    assert len(asked(forum)) == 3


async def test_a_reply_follows_a_post_that_was_moved_to_another_topic(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    post = forum.write(1, CUSTOMER, "раз")
    forum.write(2, OTHER, "два")
    moved = forum.topics[1].posts.pop()
    moved.topic_id, moved.number = 2, 2
    forum.topics[2].posts.append(moved)
    source = await opened(forum, serve, http)
    await source.publish(target(1, post), ANSWER, now=NOW)
    assert forum.taken[0]["topic_id"] == 2
    assert await source.find(target(1, post), ANSWER, now=NOW) is not None


async def test_a_reply_held_for_a_moderator_is_accepted_and_not_seen_yet(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    post = forum.write(1, CUSTOMER, "питання")
    forum.queue = True
    source = await opened(forum, serve, http)
    published = await source.publish(target(1, post), ANSWER, now=NOW)
    assert (published.external_id, published.url) == (None, None)
    assert await source.find(target(1, post), ANSWER, now=NOW) is None


async def test_a_lost_answer_is_unknown_and_the_reply_is_found_once(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    post = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    forum.faults.broken["/posts.json"] = "lost"
    with pytest.raises(ReplyUnknown):
        await source.publish(target(1, post), ANSWER, now=NOW)
    assert len(forum.taken) == 1
    assert await source.find(target(1, post), ANSWER, now=NOW) is not None
    assert sum(line.startswith("POST") for line in asked(forum)) == 1


@pytest.mark.parametrize("fault", ["500", "502", "503", "cut", "empty", "login", "slow"])
async def test_an_answer_that_cannot_be_read_is_unknown_and_not_sent_again(
    forum: stand_in.Discourse, serve: Serve, http: Http, fault: str
) -> None:
    post = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    forum.faults.broken["/posts.json"] = fault
    with pytest.raises(ReplyUnknown):
        await source.publish(target(1, post), ANSWER, now=NOW)
    assert sum(line.startswith("POST") for line in asked(forum)) == 1


async def test_a_refusal_comes_back_as_its_own_error(forum: stand_in.Discourse, serve: Serve, http: Http) -> None:
    post = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)

    async def refused(kind: type[SourceError], text: str = ANSWER, words: str | None = None) -> SourceError:
        with pytest.raises(kind, match=words) as caught:
            await source.publish(target(1, post), text, now=NOW)
        assert type(caught.value) is kind
        return caught.value

    await refused(ReplyRejected, "Так.", "too short")
    forum.limited = 39
    assert (await refused(ReplyFlood)).retry_after == 39
    forum.limited, forum.silenced = 0, True
    await refused(ReplyForbidden, words="not permitted")
    forum.silenced, forum.read_only = False, True
    assert not (await refused(SourceDown, words="read only")).permanent
    forum.read_only = False
    for how in ("closed", "archived"):
        setattr(forum.topics[1], how, True)
        await refused(ReplyClosed)
        setattr(forum.topics[1], how, False)
    forum.faults.broken["/posts.json"] = "challenge"
    await refused(CaptchaAsked)
    forum.faults.broken["/posts.json"] = "moved"
    await refused(AddressRefused)
    forum.faults.broken.clear()
    forum.topics[1].posts[0].user_deleted = True
    await refused(PageGone)
    forum.topics[1].deleted = True
    await refused(PageGone)
    assert not forum.taken


async def test_a_text_said_a_moment_ago_is_refused_by_the_forum(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    post = forum.write(1, CUSTOMER, "питання")
    source = await opened(forum, serve, http)
    await source.publish(target(1, post), ANSWER, now=NOW)
    with pytest.raises(ReplyRejected, match="similar"):
        await source.publish(target(1, post), ANSWER, now=NOW)


async def test_a_wrong_or_missing_key_writes_nothing(forum: stand_in.Discourse, serve: Serve, http: Http) -> None:
    post = forum.write(1, CUSTOMER, "питання")
    for changes in ({"token": "wrong-key"}, {"token": ""}, {"username": "хтось"}):
        with pytest.raises(TokenRefused) as caught:
            await (await opened(forum, serve, http, **changes)).publish(target(1, post), ANSWER, now=NOW)
        assert "wrong-key" not in str(caught.value)
    assert not any(line.startswith("POST") for line in asked(forum))


# --- check ----------------------------------------------------------------------------------------------------


async def test_check_shows_the_newest_post_and_for_whom_the_key_speaks(
    forum: stand_in.Discourse, serve: Serve, http: Http
) -> None:
    for number in range(30):
        forum.write(1, CUSTOMER, f"допис {number}")
    health = await (await opened(forum, serve, http)).check(now=NOW)
    assert health.ok
    assert OFFICIAL in health.detail
    assert health.newest is not None
    assert health.newest.text == "допис 29"
    assert not forum.taken


async def test_check_says_what_is_wrong(forum: stand_in.Discourse, serve: Serve, http: Http) -> None:
    assert (await (await opened(forum, serve, http)).check(now=NOW)).newest is None
    forum.write(1, CUSTOMER, "питання")
    forum.topics[1].closed = True
    health = await (await opened(forum, serve, http, official=frozenset({"хтось"}))).check(now=NOW)
    assert not health.ok
    assert OFFICIAL in health.detail
    assert "closed" in health.detail
    with pytest.raises(TokenRefused):
        await (await opened(forum, serve, http, token="wrong-key")).check(now=NOW)
    assert (await (await opened(forum, serve, http, token="", write=False)).check(now=NOW)).ok
