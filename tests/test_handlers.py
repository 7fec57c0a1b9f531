"""What people do in Telegram reaches its use case: a real application with real updates, and the lists behind it."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
import telegram
from telegram import BotCommandScopeAllChatAdministrators, Update
from telegram.ext import Application, ApplicationBuilder

from bot import cards
from bot.app import menu
from bot.app.telegram import ALLOWED_UPDATES
from bot.cards.oncall import shift_taken
from bot.chat import Chat
from bot.corrections import Corrections
from bot.desk import Desk
from bot.domain.model import Copies, ReplyStatus, ThreadStatus
from bot.domain.rota import Rota, Turns
from bot.domain.spikes import Scope, Spike
from bot.health import SourceHealth
from bot.incidents import Incidents
from bot.outbox import Speaker
from bot.reports import Reports
from bot.rota import OnCallDesk
from bot.sandbox.telegram import GROUP_ID, IVAN, OKSANA, STRANGER, TARAS, World
from bot.store import deliveries, pickers, settings
from bot.store.deliveries import Kind
from bot.team import Team
from bot.texts import LANGS, texts_for
from handlers import BUTTONS, COMMANDS, register
from handlers.parts import Parts
from tests.card_samples import KYIV, NOW, actions, claimed, dismissed_now, quiet_row, reply, same, view
from tests.card_samples import OKSANA as OKSANA_AGENT
from tests.floor import AGENT, COMMUNITIES, LEAD, Floor, WatchedClock

pytest_plugins = ("tests.floor",)

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
CARD = 500
ROTA = Rota((Turns(("@taras_demo",), date(2026, 1, 5), time(9), timedelta(days=7)),))
UK = texts_for("uk")


class Room:
    """The application, fed with what people do."""

    def __init__(self, application: AnyApplication, parts: Parts, floor: Floor, world: World) -> None:
        self.application = application
        self.parts = parts
        self.floor = floor
        self.world = world

    async def handled(self) -> None:
        """Everything that Telegram has for the bot is handled."""
        while updates := self.world.queue.take(0):
            self.world.queue.confirm_before(updates[-1].id + 1)
            for update in updates:
                parsed = Update.de_json(update.as_json(), self.application.bot)
                await self.application.process_update(parsed)

    async def says(self, person: int, text: str, *, chat_id: int = GROUP_ID, to: int | None = None) -> int:
        message = self.world.say(person, chat_id, text, to)
        await self.handled()
        return int(message["message_id"])

    async def taps(self, person: int, data: str, message_id: int) -> None:
        """A tap with this data, whether or not such a button stands there."""
        self.world.tap(person, GROUP_ID, message_id, data, forge=True)
        await self.handled()

    async def card(self) -> tuple[int, int]:
        """A thread with a card in the group; returns the thread and the card's message."""
        thread_id = await self.floor.ask()
        message = await self.application.bot.send_message(GROUP_ID, "Картка")
        await self.floor.store.write(
            lambda db: deliveries.posted(db, GROUP_ID, message.message_id, Kind.CARD, str(thread_id), "x")
        )
        await self.floor.all_said()
        return thread_id, message.message_id

    async def answers(self) -> list[tuple[int | None, str]]:
        """(chat, text) of every answer that waits to be said; the chat is None for the group."""
        rows = await self.floor.sql(
            "SELECT chat_id, json_extract(payload, '$.html') FROM delivery WHERE kind = 'text' AND state = 'pending'"
        )
        return [(chat_id, str(html)) for chat_id, html in rows]

    def toasts(self, person: int) -> list[tuple[str, bool]]:
        return [(toast.text, toast.alert) for toast in self.world.toasts(person)]


@pytest.fixture
async def room(floor: Floor, desk: Desk, bot: telegram.Bot, chat: Chat, world: World, clock: WatchedClock) -> Room:
    world.limits.enabled = False
    world.queue.ask_for(ALLOWED_UPDATES)
    parts = Parts(
        desk=desk,
        corrections=Corrections(floor.store, COMMUNITIES),
        team=Team(floor.store, chat, chat_id=None, language="uk"),
        reports=Reports(floor.store, COMMUNITIES),
        health=SourceHealth(floor.store, COMMUNITIES),
        speaker=Speaker(floor.store, clock),
        clock=clock,
        zone=KYIV,
        team_name="Київстар",
        communities=dict(COMMUNITIES),
        intake=floor.intake,
        incidents=Incidents(floor.store, COMMUNITIES, KYIV),
        oncall=OnCallDesk(floor.store, ROTA, KYIV),
    )
    application = ApplicationBuilder().bot(bot).updater(None).build()
    register(application, parts)
    await application.initialize()
    return Room(application, parts, floor, world)


# The lists.


def produced_verbs() -> set[str]:
    """Verbs of every button that cards can make."""
    say = texts_for("uk")
    made: list[str] = []
    replies = [None, *(reply(status, refusal="closed") for status in ReplyStatus)]
    replies.append(reply(ReplyStatus.REFUSED, refusal="overwrites"))
    for status in ThreadStatus:
        for one in replies:
            for doubt in (False, True):
                for base in (view, claimed):
                    shown = base(status=status, reply=one, perhaps_answered=doubt)
                    made += actions(cards.thread_card(shown, mask=same, say=say, now=NOW, zone=KYIV))
    for sent in replies:
        if sent is not None:
            made += actions(cards.draft_card(sent, claimed(), say=say, zone=KYIV))
    spike = Spike(Scope(), 25, 4.1, 0.00002, NOW, NOW, NOW, NOW)
    shown_as = {"ended": None, "ended_at": None, "holder": "", "where": ("Форум",), "posts": 25, "authors": 20}
    told = {"answered_at": None, "quotes": (), "mask": same, "say": say, "now": NOW, "zone": KYIV}
    made += actions(cards.incident_card(7, spike, **shown_as, **told))  # type: ignore[arg-type]
    row = cards.BoardRow(5, "Форум", "Абонент", "Чому?", NOW, OKSANA_AGENT.name)
    for page in (cards.queue_page, cards.mine_page):
        made += actions(page([row], 2, 3, 25, mask=same, say=say, now=NOW, zone=KYIV))
    copied = view(copies=Copies((("Форум", 7),), folded=7))
    for shown, picking in ((view(), True), (dismissed_now(), False), (copied, False)):
        made += actions(cards.thread_card(shown, mask=same, say=say, now=NOW, zone=KYIV, picking=picking))
    calm, asked = quiet_row(), quiet_row(asked_by="Оксана")
    made += actions(cards.quiet_page([calm, asked], 2, 3, 12, mask=same, say=say, now=NOW, zone=KYIV))
    fine, paused = cards.SourceRow("a", "A", "vk", NOW), cards.SourceRow("b", "B", "vk", NOW, paused_at=NOW)
    counted = {"total": 12, "failing": 0, "paused": 1, "lead": True}
    made += actions(cards.sources_page([fine, paused], 1, 2, **counted, say=say, now=NOW, zone=KYIV))  # type: ignore[arg-type]
    made += actions(shift_taken(7, NOW, say=say, now=NOW, zone=KYIV))
    made += actions(cards.digest([row], 7, mask=same, say=say, zone=KYIV))
    return {action.partition(":")[0] for action in made}


def test_every_button_that_a_card_can_have_has_a_handler_and_every_handler_a_button() -> None:
    assert produced_verbs() == set(BUTTONS)


def test_every_button_and_command_is_worded_in_both_languages() -> None:
    for lang in LANGS:
        say = texts_for(lang)
        assert [command.name for command in COMMANDS if not say.knows(f"command.{command.name}")] == []
        # These are pages: their buttons are arrows and numbers.
        pages = ("queue", "mine", "quiet", "sources")
        assert [verb for verb in BUTTONS if verb not in pages and not say.knows(f"button.{verb}")] == []


def test_commands_are_such_as_telegram_takes() -> None:
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    for name in names:
        assert name.isascii()
        assert name.islower()
        assert len(name) <= 32
    for lang in LANGS:
        assert all(1 <= len(texts_for(lang)(f"command.{name}")) <= 256 for name in names)


def test_the_menu_shows_what_is_for_leads_to_leads_alone() -> None:
    for scope, code, listed in menu.menus("uk"):
        names = {command.command for command in listed}
        expected = {
            command.name
            for command in COMMANDS
            if isinstance(scope, BotCommandScopeAllChatAdministrators) or not command.leads_only
        }
        assert names == expected
        assert code in (None, "uk", "en")


async def test_the_menu_reaches_telegram_for_every_scope_and_language(room: Room, bot: telegram.Bot) -> None:
    await menu.publish(bot, "uk")
    assert {lang for _, lang in room.world.commands} == {"", "uk", "en"}
    assert len(room.world.commands) == len(menu.SCOPES) * 3


# What people do.


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
async def test_every_command_answers_an_agent_once_in_the_group_and_in_private(room: Room, name: str) -> None:
    await room.says(OKSANA, f"/{name}")
    await room.says(OKSANA, f"/{name}", chat_id=OKSANA)
    chats = [chat_id for chat_id, _ in await room.answers()]
    assert chats == [None, OKSANA]


@pytest.mark.parametrize("name", [command.name for command in COMMANDS if command.name != "setup"])
async def test_a_stranger_gets_the_same_polite_no_to_everything(room: Room, name: str) -> None:
    await room.card()
    await room.says(STRANGER, f"/{name}", chat_id=STRANGER)
    assert await room.answers() == [(STRANGER, cards.not_a_member(say=UK).html)]


@pytest.mark.parametrize(
    ("text", "language"), [("/lang en", "en"), ("/lang English", "en"), ("/lang укр", "uk"), ("/lang xx", None)]
)
async def test_a_lead_sets_the_groups_language(room: Room, text: str, language: str | None) -> None:
    await room.says(OKSANA, text)
    assert await room.floor.store.read(lambda db: settings.get(db, settings.LANGUAGE)) == language


async def test_others_set_only_their_own(room: Room) -> None:
    await room.says(TARAS, "/lang en")
    assert await room.parts.team.language() == "uk"
    await room.says(TARAS, "/lang en", chat_id=TARAS)
    await room.says(TARAS, "/queue", chat_id=TARAS)
    assert await room.parts.team.language() == "uk"
    assert (await room.answers())[-1] == (TARAS, str(texts_for("en").html("queue.empty")))


@pytest.mark.parametrize("words", ["", "day", "тиждень", "MONTH", "рік", "day day"])
async def test_figures_are_given_for_a_span_or_the_spans_are_named(room: Room, words: str) -> None:
    await room.says(TARAS, f"/stats {words}")
    ((_, html),) = await room.answers()
    assert (html == UK("stats.which")) is (words == "рік")


@pytest.mark.parametrize("words", ["1", "2", "0", "-1", "99999999999999999999", "²", "перша"])
async def test_any_page_can_be_asked_for(room: Room, words: str) -> None:
    await room.card()
    await room.says(TARAS, f"/queue {words}")
    assert len(await room.answers()) == 1


async def test_a_tap_claims_and_is_answered(room: Room) -> None:
    thread_id, card = await room.card()
    await room.taps(TARAS, f"claim:{thread_id}", card)
    assert (await room.floor.thread(thread_id)).holder == TARAS
    assert room.toasts(TARAS) == [(UK("claim.won"), False)]
    room.floor.clock.advance(180)
    await room.taps(IVAN, f"claim:{thread_id}", card)
    ((text, alert),) = room.toasts(IVAN)
    assert AGENT.name in text
    assert alert


@pytest.mark.parametrize("verb", sorted(set(BUTTONS) - {"queue", "mine", "quiet", "more", "sources"}))
async def test_every_verb_is_answered_whatever_the_state_of_the_thread(room: Room, verb: str) -> None:
    for prepare in (
        "UPDATE thread SET status = 'waiting'",
        "UPDATE thread SET status = 'answered', waiting_since = NULL",
    ):
        thread_id, card = await room.card()
        await room.floor.change(prepare)
        await room.taps(OKSANA, f"{verb}:{thread_id}", card)
    assert all(query.answered for query in room.world.queries.values())
    assert all(text for text, _ in room.toasts(OKSANA))
    assert len(room.toasts(OKSANA)) == 2


@pytest.mark.parametrize(
    "data",
    [
        *("", ":", "claim", "claim:", "claim:0", "claim:-1", "claim:²", "claim:1 OR 1", "claim:" + "9" * 40),
        *(
            "drop:1",
            "__class__:1",
            "send:1",
            "cancel:1",
            "Claim:1",
            "claim:1:1",
            "\x00",
            "topic:1",
            "topic:1:claim",
            "🙋:1",
        ),
    ],
)
async def test_forged_data_changes_nothing_and_is_answered_with_an_alert(room: Room, data: str) -> None:
    thread_id, card = await room.card()
    await room.taps(TARAS, data, card)
    ((text, alert),) = room.toasts(TARAS)
    assert text in (UK("stale_card"), UK("no_such_thread"))
    assert alert
    assert (await room.floor.thread(thread_id)).status is ThreadStatus.WAITING


async def test_a_button_of_another_card_or_of_a_message_that_is_none_does_not_pass(room: Room) -> None:
    first, card = await room.card()
    second, _ = await room.card()
    note = await room.says(TARAS, "Просто допис")
    for message_id in (card, note, 99_999):
        await room.taps(TARAS, f"claim:{second}", message_id)
    assert {(await room.floor.thread(one)).holder for one in (first, second)} == {None}
    assert len(room.toasts(TARAS)) == 3


async def test_a_stranger_who_taps_is_told_that_they_may_not(room: Room) -> None:
    thread_id, card = await room.card()
    await room.taps(STRANGER, f"claim:{thread_id}", card)
    assert room.toasts(STRANGER) == [(UK("not_member"), True)]
    assert (await room.floor.thread(thread_id)).holder is None


async def test_pages_are_turned_in_the_message_that_was_tapped(room: Room) -> None:
    _, card = await room.card()
    for verb in ("queue", "mine"):
        await room.taps(TARAS, f"{verb}:2", card)
    rows = await room.floor.sql("SELECT json_extract(payload, '$.edit') FROM delivery WHERE key LIKE 'page:%'")
    assert rows == [(card,)]
    assert room.toasts(TARAS) == []
    assert all(query.answered for query in room.world.queries.values())


async def test_two_taps_put_a_topic_right_and_the_choice_closes_itself(room: Room) -> None:
    thread_id, card = await room.card()
    await room.taps(TARAS, f"label:{thread_id}", card)
    assert await room.floor.store.read(lambda db: pickers.is_open(db, GROUP_ID, thread_id))
    await room.taps(IVAN, f"topic:{thread_id}:roaming", card)
    assert room.toasts(IVAN) == [(UK("label.kept"), False)]
    assert not await room.floor.store.read(lambda db: pickers.is_open(db, GROUP_ID, thread_id))
    assert [label.value for label in (await room.floor.view(thread_id)).labels] == ["roaming"]


async def test_the_way_back_from_the_choices_changes_nothing(room: Room) -> None:
    thread_id, card = await room.card()
    for data in ("label", "leave"):
        await room.taps(TARAS, f"{data}:{thread_id}", card)
    assert not await room.floor.store.read(lambda db: pickers.is_open(db, GROUP_ID, thread_id))
    assert (await room.floor.view(thread_id)).labels == ()


@pytest.mark.parametrize("data", ["topic:{}:", "topic:{}:rooming", "sentiment:{}:roaming", "why:{}:spam", "why:{}"])
async def test_a_forged_choice_is_refused(room: Room, data: str) -> None:
    thread_id, card = await room.card()
    await room.taps(TARAS, data.format(thread_id), card)
    assert room.toasts(TARAS) == [(UK("stale_card"), True)]
    assert (await room.floor.view(thread_id)).labels == ()


async def test_a_choice_for_another_cards_thread_does_not_pass(room: Room) -> None:
    first, card = await room.card()
    second, _ = await room.card()
    await room.taps(TARAS, f"topic:{second}:roaming", card)
    await room.taps(STRANGER, f"topic:{first}:roaming", card)
    assert room.toasts(TARAS) == [(UK("stale_card"), True)]
    assert room.toasts(STRANGER) == [(UK("not_member"), True)]
    assert await room.floor.sql("SELECT 1 FROM label") == []


async def test_a_dismissal_gets_its_reason_in_one_more_tap(room: Room) -> None:
    thread_id, card = await room.card()
    await room.taps(TARAS, f"dismiss:{thread_id}", card)
    await room.taps(TARAS, f"why:{thread_id}:thanks", card)
    ((label,),) = [(await room.floor.view(thread_id)).labels]
    assert (label.value, label.why, label.agent_name) == ("no", "thanks", AGENT.name)


async def test_the_list_of_quiet_posts_is_redrawn_where_it_was_tapped(room: Room) -> None:
    await room.floor.ask("Дякую вам")
    await room.says(TARAS, "/quiet")
    ((_, listed),) = await room.answers()
    assert "Дякую вам" in listed
    await room.floor.all_said()
    message = (await room.application.bot.send_message(GROUP_ID, "Список")).message_id
    for data, toast in (("ask:1:1", "quiet.asked"), ("unask:1:1", "quiet.unasked"), ("ask:1:x", "quiet.asked")):
        await room.taps(TARAS, data, message)
        assert room.toasts(TARAS)[-1] == (UK(toast), False)
        rows = await room.floor.sql(
            "SELECT json_extract(payload, '$.edit'), json_extract(payload, '$.html') FROM delivery "
            "WHERE kind = 'text' AND state = 'pending'"
        )
        assert [edit for edit, _ in rows] == [message]
        assert ("Уже питання" in rows[0][1]) is (toast == "quiet.asked")


async def test_an_answer_that_comes_too_late_leaves_the_action_done_once(room: Room) -> None:
    thread_id, card = await room.card()
    room.world.tap(TARAS, GROUP_ID, card, f"claim:{thread_id}", forge=True)
    room.floor.clock.advance(timedelta(hours=2).total_seconds())
    await room.handled()
    assert (await room.floor.thread(thread_id)).holder == TARAS
    assert await room.answers() == []


async def test_a_reply_to_a_card_becomes_a_draft_and_its_edit_edits_it(room: Room) -> None:
    thread_id, card = await room.card()
    message_id = await room.says(TARAS, "Вже лагодимо", to=card)
    assert (await room.floor.reply()).reply.text == "Вже лагодимо"
    room.world.edit(TARAS, GROUP_ID, message_id, "Вже полагодили")
    await room.handled()
    assert (await room.floor.reply()).reply.text == "Вже полагодили"
    assert (await room.floor.thread(thread_id)).holder == TARAS
    assert await room.answers() == []


async def test_a_note_stays_with_the_team(room: Room) -> None:
    thread_id, card = await room.card()
    await room.says(TARAS, "// Це з Садової", to=card)
    assert [note.text for note in (await room.floor.view(thread_id)).notes] == ["Це з Садової"]
    assert await room.floor.sql("SELECT 1 FROM reply") == []


async def test_a_reply_to_somebody_elses_card_is_refused_with_the_text_to_copy(room: Room) -> None:
    thread_id, card = await room.card()
    await room.taps(TARAS, f"claim:{thread_id}", card)
    await room.says(IVAN, "Моя <b>відповідь</b>", to=card)
    ((chat_id, html),) = await room.answers()
    assert chat_id is None
    assert "Моя &lt;b&gt;відповідь&lt;/b&gt;" in html
    assert AGENT.name in html


async def test_a_photo_and_a_reply_to_what_is_no_card_are_refused_kindly(room: Room) -> None:
    _, card = await room.card()
    room.world.send_photo(TARAS, GROUP_ID, "знімок", card)
    await room.handled()
    other = (await room.application.bot.send_message(GROUP_ID, "Дошка")).message_id
    await room.says(TARAS, "Агов", to=other)
    assert [html for _, html in await room.answers()] == [UK("reply.photo_refused"), UK("reply.no_card")]
    assert await room.floor.sql("SELECT 1 FROM reply") == []


async def test_people_who_talk_to_each_other_are_left_alone(room: Room) -> None:
    said = await room.says(TARAS, "Хто візьме?")
    await room.says(IVAN, "Я", to=said)
    assert await room.answers() == []


async def test_whoever_leaves_loses_their_threads_at_once(room: Room) -> None:
    thread_id, card = await room.card()
    await room.taps(TARAS, f"claim:{thread_id}", card)
    room.world.leave(TARAS)
    await room.handled()
    assert (await room.floor.thread(thread_id)).holder is None
    await room.taps(TARAS, f"claim:{thread_id}", card)
    assert room.toasts(TARAS)[-1] == (UK("not_member"), True)


async def test_setup_is_for_administrators_in_a_group(room: Room) -> None:
    await room.floor.change("DELETE FROM setting WHERE name = 'group'")
    await room.says(TARAS, "/setup")
    await room.says(OKSANA, "/setup", chat_id=OKSANA)
    assert [html for _, html in await room.answers()] == [UK("setup.lead_only"), UK("setup.in_group")]
    assert await room.parts.team.group() is None
    await room.says(OKSANA, "/setup")
    assert await room.parts.team.group() == GROUP_ID


async def test_a_move_to_a_supergroup_is_followed(room: Room) -> None:
    thread_id, _ = await room.card()
    new = room.world.migrate()
    await room.handled()
    assert await room.parts.team.group() == new
    assert await room.floor.pending() == [str(thread_id)]


async def test_a_bot_that_is_added_says_how_to_begin(room: Room) -> None:
    await room.floor.change("DELETE FROM setting WHERE name = 'group'")
    room.world.kick_bot()
    room.world.add_bot()
    await room.handled()
    assert await room.answers() == [(GROUP_ID, UK("setup.hello"))]


async def test_what_telegram_cannot_tell_is_said_and_the_process_lives(room: Room) -> None:
    thread_id, card = await room.card()
    room.floor.clock.advance(3600)
    room.world.fail("getChatMember", status=502)
    await room.taps(TARAS, f"claim:{thread_id}", card)
    assert room.toasts(TARAS) == [(cards.toast(UK("error.chat_down")), True)]
    await room.taps(TARAS, f"claim:{thread_id}", card)
    assert (await room.floor.thread(thread_id)).holder == TARAS


async def test_what_nobody_foresaw_gives_a_reference_to_the_person_and_the_log(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    thread_id, card = await room.card()
    await room.floor.change("ALTER TABLE event RENAME TO away")
    await room.taps(TARAS, f"claim:{thread_id}", card)
    await room.floor.change("ALTER TABLE away RENAME TO event")
    ((text, alert),) = room.toasts(TARAS)
    assert alert
    reference = next(word for word in caplog.text.replace("=", " ").split() if word in text and len(word) == 6)
    assert reference
    assert (await room.floor.thread(thread_id)).holder is None
    assert LEAD.name not in text
