"""Posts as customers write them, all invented."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from bot.domain.model import Lang, Reason, SeenPost, Sentiment, Topic, Verdict

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

_OPENINGS = (
    "Доброго дня!",
    "Вітаю, маю питання.",
    "Скільки можна?!",
    "Підкажіть, будь ласка…",
    "Hi there,",
    "Доброго вечора 🙂",
)
_TROUBLES = (
    "третій день немає інтернету на вулиці Прикладній, а гроші за місяць уже зняли",
    "не приходить код підтвердження в застосунок «Зразок», пробував тричі",
    "як підключити роумінг у Польщі — і скільки коштує день?",
    "оператор обіцяв передзвонити до обіду, але так ніхто й не подзвонив",
    "after the update my phone shows no signal at home, only near the window",
    "з рахунку зникли 120 грн, у деталізації їх немає; поясніть, за що",
    "зв'язок у ліфті був завжди, а тепер і на п'ятому поверсі одна поділка",
)
_CLOSINGS = (
    "Коли це полагодять?",
    "Чекаю на відповідь.",
    "Дякую заздалегідь!",
    "Напишіть, що робити.",
    "Модель телефону звичайна, карту вже переставляв, перезавантажував двічі, не допомогло. Що ще спробувати?",
)


def posts(count: int, *, now: datetime, first: int = 0, seed: int = 7) -> list[SeenPost]:
    """``count`` different posts of the last hours, each by its own customer in its own topic; ids from ``first``."""
    chance = random.Random(f"{seed}/{first}")  # noqa: S311
    return [_post(number, chance, now) for number in range(first, first + count)]


def text(chance: random.Random) -> str:
    """One to three troubles in a row: 80 to 400 characters."""
    troubles = ". ".join(chance.sample(_TROUBLES, chance.randint(1, 3)))
    return f"{chance.choice(_OPENINGS)} {troubles}. {chance.choice(_CLOSINGS)}"


def _post(number: int, chance: random.Random, now: datetime) -> SeenPost:
    return SeenPost(
        external_id=f"{number}",
        container_id=f"topic-{number}",
        author_id=f"author-{number}",
        author_name=f"Тестовий Абонент {number}",
        text=f"{text(chance)} ({number})",
        url=f"https://forum.example/showthread.php?tid={number}&pid={number}#pid{number}",
        published_at=now - timedelta(seconds=chance.randint(60, 7200)),
        title="Питання до оператора",
    )


def plain_verdict(post: str) -> Verdict:
    """A triage that costs nothing: everybody asks."""
    return Verdict(Lang.UK, Sentiment.NEUTRAL, True, Topic.OTHER, (Reason("question_mark", "?"),))
