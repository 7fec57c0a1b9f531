"""The invented people of the town: customers who write and the company's own account that answers."""

import zlib
from dataclasses import dataclass

PAGE_NAME = "Київстар (пісочниця)"
OFFICIAL_ACCOUNT = "kyivstar_official"
OFFICIAL_SECRET = "sandbox-official"  # noqa: S105 - a pretend account of a pretend forum, shown on its page

CUSTOMERS = (
    "Ганна Вигадана",
    "Петро Уявний",
    "Леся Пробна",
    "Тестовий Абонент",
    "Iryna Example",
    "Микола Незадоволений",
)


@dataclass(frozen=True, slots=True)
class Nickname:
    """A forum account: the name and the password anybody may use, and the signature under its posts."""

    name: str
    password: str
    signature: str = ""


FORUM_CUSTOMERS = (
    Nickname("hanna_vyhadana", "sandbox-hanna"),
    Nickname("petro_uyavnyi", "sandbox-petro", "Дід Петро. Пишу з телефона."),
    Nickname("shukach_4g", "sandbox-shukach", "[i]Тут був сигнал[/i]"),
    Nickname("дядько Приклад", "sandbox-dyadko"),
    Nickname("nichna_sova", "sandbox-sova", "Не сплю. Питайте."),
    Nickname("sample_ivan", "sandbox-ivan"),
)
OFFICIAL_NICKNAME = Nickname(
    OFFICIAL_ACCOUNT, OFFICIAL_SECRET, "Київстар (пісочниця): офіційний представник. Пишіть нам будь-коли."
)

_HUES = (172, 262, 18, 210, 330, 48, 120, 290)


def hue_of(name: str) -> int:
    """A stable colour for a name: degrees on the colour wheel."""
    return _HUES[zlib.crc32(name.encode("utf-8", "surrogatepass")) % len(_HUES)]
