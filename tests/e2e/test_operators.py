"""Mistakes of those who set the bot up, and the commands they use: each says what is wrong and what to do."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from bot.sandbox.telegram import BOT_ID
from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process


@scene(Setup(token="7000000001:WRONG", starts=False))
async def test_a_wrong_token_ends_the_bot_with_a_clear_message(desk: Desk) -> None:
    await desk.bot.start()
    assert await desk.bot.ends() == 1
    assert "Telegram does not know the bot’s token" in desk.bot.log
    assert "@BotFather" in desk.bot.log
    assert "7000000001:WRONG" not in desk.bot.log, "a secret never reaches the log"
    assert "Traceback" not in desk.bot.log
    checked = await desk.bot.run("check")
    assert checked.code == 1
    assert "FAILED  telegram: Telegram does not know the bot’s token" in checked.out
    assert "@BotFather" in checked.out
    assert "WRONG" not in checked.out + checked.err


@scene(Setup(starts=False))
async def test_check_says_that_all_is_well_and_publishes_nothing(desk: Desk) -> None:
    desk.shukach.opens("Питання", "Коли буде 5G?")
    desk.hanna.asks("Коли буде 5G?")
    checked = await desk.bot.run("check")
    assert checked.code == 0, checked.out + checked.err
    lines = checked.out.splitlines()
    assert [line.split()[1] for line in lines] == ["telegram:", "group:", "fb:", "forum:"]
    assert all(line.startswith("ok") for line in lines)
    assert "@vidhuk_demo_bot" in lines[0]
    assert "logged in, may reply" in lines[3]
    assert not desk.requests("graph", "POST")
    assert [one.path for one in desk.requests("forum", "POST")] == ["/forum/member.php"]
    assert {call.method for call in desk.world.calls} <= {"getMe", "getChatMember", "getChatAdministrators", "getChat"}


@scene(Setup(starts=False, page="404404404", password="wrong", bot_role="member"))
async def test_check_names_each_failure_with_a_hint(desk: Desk) -> None:
    desk.shukach.opens("Питання", "Коли буде 5G?")
    checked = await desk.bot.run("check")
    assert checked.code == 1
    assert "FAILED  group: the bot is no administrator" in checked.out
    assert "administrator with the right to pin" in checked.out
    assert "FAILED  fb: There is no such page or topic" in checked.out
    assert "Check the address" in checked.out
    assert "FAILED  forum: Log-in failed: wrong name or password" in checked.out
    assert "check the password" in checked.out
    assert "wrong" not in checked.out.replace("wrong name or password", "")


@scene(Setup(starts=False, bot_role="", forum=False))
async def test_a_bot_outside_the_group_keeps_everything_until_it_is_let_in(desk: Desk) -> None:
    desk.forgive("not a member|kicked")
    checked = await desk.bot.run("check")
    assert checked.code == 1
    assert "FAILED  group" in checked.out
    await desk.bot.start()
    await desk.watches()
    desk.hanna.asks("Чи чує мене хтось?")
    await desk.until(lambda: [call for call in desk.calls("sendMessage") if call.error], "a refused card")
    assert desk.bot.running
    desk.world.add_bot()
    card = await desk.card("Чи чує мене хтось?")
    await desk.taras.taps(card, "claim")
    await card.shows("🙋 Взято: Тарас Зразковий")


@scene(Setup(forum=False))
async def test_a_bot_that_was_thrown_out_comes_back_to_everything_that_happened(desk: Desk) -> None:
    desk.forgive("kicked")
    desk.hanna.asks("Перше питання: коли 5G?")
    first = await desk.card("Перше питання")
    desk.world.kick_bot()
    desk.petro.asks("Друге питання: де 4G?")
    await desk.looks(3)
    assert desk.bot.running
    assert desk.card_now("Друге питання") is None
    desk.world.add_bot()
    second = await desk.card("Друге питання")
    await desk.taras.taps(first, "claim")
    await first.shows("🙋 Взято")
    await desk.maria.taps(second, "claim")
    await second.shows("🙋 Взято")


@scene(Setup(group=None, forum=False))
async def test_setup_binds_the_group_and_brings_the_cards_of_all_who_wait(desk: Desk) -> None:
    desk.hanna.asks("Чому без групи ніхто не чує?")
    await desk.looks(2)
    assert not desk.said(), "nobody hears of anything before a group is bound"
    refused = await desk.answer(desk.maria.says("/setup"))
    assert refused.text == "Прив’язати групу може лише її адміністратор."
    assert "/setup у групі" in (await desk.oksana.asks_privately("/setup")).text
    done = await desk.answer(desk.oksana.says("/setup"))
    assert done.text.startswith("✅ Готово. Команда «Команда проби» працює в цій групі.")
    assert "📘 Сторінка" in done.text
    card = await desk.card("Чому без групи")
    await desk.taras.taps(card, "claim")
    await card.shows("🙋 Взято: Тарас Зразковий")
    again = await desk.answer(desk.oksana.says("/setup"))
    assert again.text == "Цю групу вже прив’язано, усе гаразд."
    assert await desk.bot.stops() == 0
    await desk.bot.start()
    await desk.watches()
    desk.petro.asks("А після перезапуску чуєте?")
    await desk.card("А після перезапуску")


@scene(Setup(group=None, forum=False, bot_role=""))
async def test_a_bot_that_is_added_to_a_group_says_how_to_begin(desk: Desk) -> None:
    desk.world.add_bot()
    hello = await desk.posted("/setup")
    assert hello.text.startswith("Вітаю! Я стежу за сторінками компанії")


@scene(Setup(page="404404404", forum=False))
async def test_a_page_that_does_not_exist_is_one_alarm(desk: Desk) -> None:
    alarm = await desk.posted("⚠️ Не можу прочитати: Сторінка")
    assert "Такої сторінки чи теми немає." in alarm.text
    assert "Перевірте адресу" in alarm.text
    await desk.until(lambda: len(desk.requests("graph")) >= 3, "further attempts, less and less often")
    assert len([one for one in desk.said() if "Не можу прочитати" in one.text]) == 1


@scene()
async def test_a_forum_that_hides_behind_its_log_in_is_one_alarm_while_other_pages_are_read(desk: Desk) -> None:
    desk.spoil("forum", "login_page", times=10_000)
    alarm = await desk.posted("⚠️ Не можу прочитати: Форум", within=45)
    assert "Не вдалося увійти" in alarm.text
    assert "щоб форум не заблокував нас" in alarm.text
    desk.hanna.asks("Чи видно мене на сторінці?")
    await desk.card("Чи видно мене")
    assert len(desk.requests("forum", "POST", "member.php")) == 1
    assert len([one for one in desk.said() if "Не можу прочитати" in one.text]) == 1


@scene()
async def test_a_page_that_breaks_is_one_alarm_and_its_recovery_one_message(desk: Desk) -> None:
    desk.spoil("graph", "html", times=10_000)
    alarm = await desk.posted("⚠️ Не можу прочитати: Сторінка", within=45)
    assert "Сторінка прийшла не такою, як звичайно." in alarm.text
    desk.shukach.opens("Питання", "Коли запрацює форум?")
    await desk.card("Коли запрацює форум"), "the other community goes on"
    desk.hanna.asks("Чи хтось читає сторінку?")
    desk.mend("graph")
    recovery = await desk.posted("✅ Знову читаю: Сторінка", within=60)
    assert "Пропущене з’явиться картками." in recovery.text
    await desk.card("Чи хтось читає")
    await desk.looks(2)
    assert len([one for one in desk.said() if "Не можу прочитати" in one.text]) == 1
    assert len([one for one in desk.said() if "Знову читаю" in one.text]) == 1


@scene(Setup(forum=False))
async def test_a_second_process_on_one_database_refuses_to_start_and_names_the_first(desk: Desk) -> None:
    second = await desk.bot.run("run")
    assert second.code == 3
    assert f"process {desk.bot.pid}" in second.err
    assert "running already" in second.err
    assert "Traceback" not in second.err
    desk.hanna.asks("Чи перший ще працює?")
    await desk.card("Чи перший ще працює")


@scene(Setup(forum=False))
async def test_figures_and_backups_are_to_be_had_while_the_bot_runs(desk: Desk) -> None:
    desk.hanna.asks("Скільки чекати на відповідь?")
    card = await desk.card("Скільки чекати")
    desk.taras.replies(card, "Недовго.")
    await card.shows("✅ Відповідь: Тарас Зразковий")
    stats = await desk.bot.run("stats", "--json")
    assert stats.code == 0, stats.err
    told = json.loads(stats.out)
    assert (told["questions"], told["answered"], told["response_rate"]) == (1, 1, 1.0)
    assert [(agent["name"], agent["answered"]) for agent in told["agents"]] == [("Тарас Зразковий", 1)]
    assert "Питань: 1" in (await desk.bot.run("stats")).out
    copy = desk.folder / "copy.db"
    backup = await desk.bot.run("backup", str(copy))
    assert backup.code == 0, backup.err
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM reply WHERE status = 'verified'").fetchone() == (1,)
    assert (await desk.bot.run("backup", str(copy))).code == 2, "a copy that is there is not written over"
    assert desk.bot.running
    assert desk.world.bot.id == BOT_ID


@scene(Setup(starts=False, forum_engine="phpbb"))
async def test_check_says_which_engine_the_page_is_of_where_the_settings_name_another(desk: Desk) -> None:
    desk.shukach.opens("Питання", "Коли буде 5G?")
    checked = await desk.bot.run("check")
    assert checked.code == 1
    assert 'write platform = "mybb"' in checked.out
    assert "my_post_key" in checked.out or "MyBB" in checked.out


@scene(Setup(starts=False, forum_engine="forum"))
async def test_check_names_the_engine_of_a_forum_that_the_settings_leave_open(desk: Desk) -> None:
    desk.shukach.opens("Питання", "Коли буде 5G?")
    checked = await desk.bot.run("check")
    assert checked.code == 0, checked.out + checked.err
    assert "mybb (the page has" in checked.out


@scene(Setup(facebook=False, forum_engine="forum"))
async def test_a_forum_that_the_settings_leave_open_is_read_and_answered(desk: Desk) -> None:
    topic = desk.shukach.opens("Питання", "Коли буде мережа в селі?")
    card = await desk.card("Коли буде мережа")
    desk.taras.replies(card, "До кінця тижня.")
    await card.shows("✅ Відповідь: Тарас")
    assert topic is not None
