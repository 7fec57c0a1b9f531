"""The board, the lists, the messages to the team and the reports, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.cards import (
    BoardRow,
    Card,
    alarm,
    board,
    digest,
    figures_help,
    follow_up,
    help_text,
    mine_page,
    not_a_member,
    plain_text,
    queue_page,
    recovered,
    setup_done,
    stats_text,
    top_text,
    week_text,
    welcome,
)
from bot.domain.model import AnswerKind, Community
from bot.domain.periods import week_of
from bot.domain.stats import QuestionRow, TeamFigures, figures
from bot.texts import Texts
from tests.card_samples import ASKED, KYIV, NOW, OKSANA, PAGE_URL, actions, claimed, good, labels, post, same, view

UK, EN = Texts("uk", strict=True), Texts("en", strict=True)
NAMES = {"fb": "Київстар у Facebook", "forum": "Форум Одеси"}


def row(n: int, agent: str | None = None, **changes: Any) -> BoardRow:
    given: dict[str, Any] = {
        "thread_id": n,
        "community_name": "Форум Одеси",
        "author_name": f"Абонент {n}",
        "excerpt": "Чому немає інтернету?",
        "since": ASKED + timedelta(minutes=n),
        "agent_name": agent,
        "link": f"https://t.me/c/1234/{n}",
    }
    return BoardRow(**(given | changes))


def pinned(rows: list[BoardRow], waiting: int, say: Texts = UK) -> Card:
    return board(rows, waiting, mask=same, say=say, zone=KYIV)


def test_the_board_shows_the_oldest_ten_with_links_and_how_many_there_are() -> None:
    text = good(shown := pinned([row(n) for n in range(12, 0, -1)], 12))
    assert text.startswith("📌 Чекають: 12")
    assert "• 23.11 14:06 Абонент 1, Форум Одеси: Чому немає інтернету?" in text
    assert '<a href="https://t.me/c/1234/10">Абонент 10</a>' in shown.html
    assert "Абонент 11" not in text
    assert "…і ще 2: /queue" in text
    assert "…and 2 more: /queue" in good(pinned([row(n) for n in range(12)], 12, EN))


def test_the_board_shows_who_holds_what() -> None:
    rows = [row(1), row(2, "Оксана"), row(3, "Оксана"), row(4, "Петро"), *(row(n, "Ірина") for n in range(5, 12))]
    text = good(pinned(rows, 1))
    assert "🙋 У роботі: 10" in text
    assert "Оксана: Абонент 2, Абонент 3\nПетро: Абонент 4" in text
    assert "Ірина: Абонент 5, Абонент 6, Абонент 7, Абонент 8, Абонент 9, ще 2" in text


def test_an_empty_board_is_friendly_and_a_taken_one_says_so() -> None:
    assert "Ніхто не чекає" in good(pinned([], 0))
    assert "Nobody is waiting" in good(pinned([], 0, EN))
    assert "Вільних питань немає" in good(pinned([row(1, "Оксана")], 0))


def test_the_board_is_the_same_for_the_same_rows_in_any_order() -> None:
    rows = [row(n, "Оксана" if n % 3 else None) for n in range(20)]
    assert pinned(rows, 7) == pinned(rows[::-1], 7)


def test_the_queue_is_paged_and_says_how_long_each_has_waited() -> None:
    given: dict[str, Any] = {"mask": same, "now": NOW, "zone": KYIV}
    middle = queue_page([row(5), row(6, "Оксана")], 2, 3, 25, say=UK, **given)
    text = good(middle)
    assert text.startswith("⏳ Чекають на відповідь: 25")
    assert "• 14:10 (15 хв) Абонент 5" in text
    assert "🙋 Оксана" in text
    assert labels(middle) == [["◀️", "🔄 2 з 3", "▶️"]]
    assert actions(middle) == ["queue:1", "queue:2", "queue:3"]
    assert actions(queue_page([row(1)], 1, 2, 11, say=EN, **given)) == ["queue:1", "queue:2"]
    assert actions(queue_page([row(1)], 1, 1, 1, say=EN, **given)) == []
    assert "Черга порожня" in good(queue_page([], 1, 1, 0, say=UK, **given))


def test_what_is_mine_needs_no_name_on_it() -> None:
    given: dict[str, Any] = {"mask": same, "now": NOW, "zone": KYIV}
    mine = mine_page([row(5, "Оксана")], 2, 2, 11, say=UK, **given)
    assert "За вами: 11" in good(mine)
    assert "Оксана" not in good(mine)
    assert actions(mine) == ["mine:1", "mine:2"]
    assert "нічого немає" in good(mine_page([], 1, 1, 0, say=UK, **given))


@pytest.mark.parametrize(
    ("total", "uk", "en", "button"),
    [
        (14, "Ще 14 питань", "Another 14 questions", "Показати ще 5"),
        (2, "Ще 2 питання", "Another 2 questions", "Показати ще 2"),
    ],
)
def test_a_burst_is_one_message_that_unfolds(total: int, uk: str, en: str, button: str) -> None:
    rows = [row(n, link="") for n in range(min(total, 10))]
    shown = digest(rows, total, mask=same, say=UK, zone=KYIV)
    assert uk in good(shown)
    assert ("…і ще 4" in good(shown)) == (total == 14)
    assert labels(shown) == [[button]]
    assert actions(shown) == ["more:0"]
    assert en in good(digest(rows, total, mask=same, say=EN, zone=KYIV))


def test_a_digest_of_nothing_says_so() -> None:
    shown = digest([], 0, mask=same, say=UK, zone=KYIV)
    assert "вже мають картки" in good(shown)
    assert shown.buttons == ()


def test_a_follow_up_shows_the_new_post_and_leads_to_card_and_page() -> None:
    again = claimed(latest=post("То де майстер?", url=PAGE_URL + "5"))
    shown = follow_up(again, OKSANA, card_link="https://t.me/c/1234/5", mask=same, say=UK)
    assert "Оксана Прикладна: Тестовий Абонент пише знову" in good(shown)
    assert "То де майстер?" in good(shown)
    assert [button.url for button in shown.buttons[0]] == ["https://t.me/c/1234/5", PAGE_URL + "5"]
    assert "wrote again" in good(follow_up(view(), OKSANA, mask=same, say=EN))


def test_an_alarm_says_since_when_why_and_what_to_do() -> None:
    given: dict[str, Any] = {"since": ASKED, "now": NOW + timedelta(days=1), "zone": KYIV}
    text = good(alarm("Форум Одеси", code="login", say=UK, **given))
    for piece in (
        "Не можу прочитати: Форум Одеси",
        "вчора 14:05",
        "пароль не підходять",
        "не означає, що питань немає",
    ):
        assert piece in text
    assert "Cannot read Форум" in good(alarm("Форум", code="never_heard_of", say=EN, **given))
    assert "Перерва: 1 день, початок: вчора 14:05" in good(recovered("Форум Одеси", say=UK, **given))
    assert "Reading Форум again" in good(recovered("Форум", say=EN, **given))


def test_help_lists_the_commands_and_tells_leads_of_theirs() -> None:
    commands = [("queue", "хто чекає"), ("mine", "що за мною")]
    text = good(help_text(commands, lead=True, say=UK))
    assert "/queue — хто чекає\n/mine — що за мною" in text
    assert "/setup" in text
    assert "/setup" not in good(help_text(commands, lead=False, say=UK))
    assert "Reply to the card" in good(help_text(commands, lead=False, say=EN))


def test_a_stranger_gets_a_polite_no_and_learns_nothing() -> None:
    assert "Вітаю!" in good(not_a_member(say=UK))
    assert "Київстар" not in good(not_a_member(say=UK))
    assert "Hello!" in good(not_a_member(say=EN))


def test_the_team_is_welcomed_and_told_what_is_watched() -> None:
    assert "команді «Київстар»" in good(welcome("Київстар", say=UK))
    watched = [Community("fb", "Київстар у Facebook", "facebook"), Community("f", "Форум", "mybb", write=False)]
    text = good(setup_done("Київстар", watched, can_pin=False, say=UK))
    assert "📘 Київстар у Facebook\n💬 Форум (відповіді публікуємо вручну)" in text
    assert "право закріплювати" in text
    assert "pin messages" not in good(setup_done("Kyivstar", watched, say=EN))
    many = [Community(f"c{n}", "д" * 100, "mybb") for n in range(90)]
    assert "…і ще 70" in good(setup_done("Київстар", many, say=UK))


def test_a_sentence_can_be_a_message() -> None:
    assert plain_text("1 < 2 & 3").html == "1 &lt; 2 &amp; 3"


def question(n: int, **changes: Any) -> QuestionRow:
    given: dict[str, Any] = {
        "asked_at": ASKED - timedelta(minutes=n),
        "community": "fb" if n % 2 else "forum",
        "platform": "mybb",
        "answered_at": ASKED + timedelta(minutes=10),
        "kind": AnswerKind.REPLY,
        "agent_id": OKSANA.user_id,
        "agent_name": OKSANA.name,
        "claimed_at": ASKED + timedelta(minutes=4),
        "claimed_by": OKSANA.user_id,
        "claimer_name": OKSANA.name,
    }
    return QuestionRow(**(given | changes))


def team(*rows: QuestionRow) -> TeamFigures:
    return figures(rows, week_of(NOW, KYIV), NOW)


THIS = team(
    *(question(n, opened_negative=n < 2, turned=n < 1) for n in range(6)),
    *(question(n, agent_id=12, agent_name="Петро Зразковий") for n in range(3)),
    question(1, answered_at=None, kind=None, agent_id=None),
)
BEFORE = team(question(0), question(1, answered_at=None, kind=None, agent_id=None))


def test_the_figures_are_told_beside_the_period_before() -> None:
    text = good(stats_text(THIS, BEFORE, names=NAMES, say=UK, zone=KYIV))
    for line in (
        "📊 Тиждень 23.11 – 29.11.2026",
        "Питань: 10 (було 2)",
        "З відповіддю: 9, без відповіді: 1 (було 1 / 1)",
        "Частка відповідей: 90\u00a0% (було 50\u00a0%)",
        "З відповіддю мінус без відповіді: +8 (було 0)",
        "Перша відповідь: медіана 12 хв, 9 із 10 не довше ніж 15 хв (було 10 хв / 10 хв)",
        "Негатив став позитивом: 1 з 2",
        "Форум Одеси: 100\u00a0%, +5 (5 з 5)",
        "Як рахуємо: /help figures",
    ):
        assert line in text
    english = good(stats_text(THIS, BEFORE, names=NAMES, say=EN, zone=KYIV))
    assert "Week 23 Nov – 29 Nov 2026" in english
    assert "First response: median 12 min, 9 of 10 within 15 min" in english


def test_without_a_period_before_nothing_is_compared() -> None:
    assert "було" not in good(stats_text(THIS, None, say=UK, zone=KYIV))
    assert "було" not in good(stats_text(THIS, team(), say=UK, zone=KYIV))


def test_a_period_without_questions_says_so() -> None:
    for shown in (
        stats_text(team(), BEFORE, say=UK, zone=KYIV),
        top_text(team(), say=UK, zone=KYIV),
        week_text(team(), BEFORE, say=UK, zone=KYIV),
    ):
        assert "Питань за цей час не було" in good(shown)


def test_the_team_comes_before_its_people_and_few_answers_are_no_median() -> None:
    text = good(top_text(THIS, say=UK, zone=KYIV))
    assert text.index("Команда: 9 відповідей на 10 питань") < text.index("Оксана Прикладна: 6 відповідей")
    assert "негатив став позитивом: 1 з 2" in text
    assert "Петро" not in text
    assert "Ще 1 людина: менше ніж 5 відповідей" in text
    assert "Петро Зразковий: 3 відповіді" in good(top_text(THIS, minimum=2, say=UK, zone=KYIV))


def test_whoever_prefers_it_is_not_listed_but_counted() -> None:
    text = good(top_text(THIS, hidden={OKSANA.user_id}, say=UK, zone=KYIV))
    assert "Оксана" not in text
    assert "Команда: 9 відповідей" in text
    assert "Дехто не показує своїх цифр" in text


def test_a_week_without_answers_lists_nobody() -> None:
    silent = team(question(1, answered_at=None, kind=None, agent_id=None, claimed_at=None))
    assert "відповідей ще немає" in good(top_text(silent, say=UK, zone=KYIV))
    assert "Хто відповідав" not in good(week_text(silent, None, say=UK, zone=KYIV))
    assert "no answers yet" in good(top_text(silent, say=EN, zone=KYIV))


def test_the_week_has_figures_and_people() -> None:
    text = good(week_text(THIS, BEFORE, names=NAMES, say=UK, zone=KYIV))
    assert text.startswith("🗓 Тиждень 23.11 – 29.11.2026: підсумок")
    assert text.index("Частка відповідей") < text.index("Хто відповідав") < text.index("Як рахуємо")
    assert "how it went" in good(week_text(THIS, BEFORE, say=EN, zone=KYIV))


def test_a_great_team_still_fits_into_a_message() -> None:
    rows = [
        question(n, community="с" * 80 + str(n), agent_id=n, agent_name="<b>" * 40, opened_negative=True)
        for n in range(300)
    ]
    for say in (UK, EN):
        good(week_text(team(*rows), BEFORE, minimum=1, hidden={1}, say=say, zone=KYIV))


def test_every_figure_has_its_definition() -> None:
    text = good(figures_help(say=UK))
    for figure in ("Частка відповідей", "мінус", "Перша відповідь", "До «Беру»", "Негатив став позитивом", "Людям"):
        assert figure in text
    assert "÷" in good(figures_help(say=EN))
