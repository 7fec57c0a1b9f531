import random
from collections.abc import Iterator

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.masks import luhn, mask

OTHER_REGIONS = ("PL", "DE", "MD", "US", "GB", "CZ", "IT", "TR", "IL", "GE")
FORMATS = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
)


def valid_ukrainian_numbers(count: int) -> Iterator[phonenumbers.PhoneNumber]:
    chance = random.Random(466)  # noqa: S311
    while count:
        number = phonenumbers.PhoneNumber(380, chance.randrange(300_000_000, 999_999_999))
        if phonenumbers.is_valid_number(number):
            count -= 1
            yield number


@pytest.mark.parametrize(
    "phone",
    [
        "+380 67 123 45 67",
        "+380671234567",
        "+38 (067) 123-45-67",
        "+38(067)1234567",
        "00380671234567",
        "380671234567",
        "8 067 123 45 67",
        "80671234567",
        "0671234567",
        "067-123-45-67",
        "(067) 123 45 67",
        "067.123.45.67",
        "067/123-45-67",
        "067\u00a0123\u00a045\u00a067",
        "067–123–45–67",
    ],
)
def test_a_ukrainian_phone_keeps_its_prefix_and_two_digits(phone: str) -> None:
    assert mask(f"Мій номер {phone}, дзвоніть") == "Мій номер 067 ***-**-67, дзвоніть"


def test_every_valid_ukrainian_number_is_masked_however_it_is_printed() -> None:
    for number in valid_ukrainian_numbers(400):
        for style in FORMATS:
            printed = phonenumbers.format_number(number, style)
            masked = mask(f"подзвоніть на {printed} після 18:00")
            assert "***-**-" in masked, printed
            assert sum(char.isdigit() for char in masked) == 5 + len("1800"), printed


@pytest.mark.parametrize("region", OTHER_REGIONS)
def test_a_foreign_number_with_a_plus_is_masked(region: str) -> None:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert number is not None
    for style in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
        masked = mask(phonenumbers.format_number(number, style))
        assert masked == f"+{number.country_code} ***-**-{(number.national_number or 0) % 100:02}"


@pytest.mark.parametrize(
    ("post", "shown"),
    [
        ("карта 4111 1111 1111 1111", "карта **** **** **** 1111"),
        ("4111-1111-1111-1111.", "**** **** **** 1111."),
        ("4111111111111111", "**** **** **** 1111"),
        ("3782 822463 10005", "**** **** **** 0005"),
        ("4111 1111 1111 1111 12/25 цвв 123", "**** **** **** 1111 12/25 цвв 123"),
        ("4111 1111 1111 1111 5555 5555 5555 4444", "**** **** **** 1111 **** **** **** 4444"),
        ("4111 1111 1111 1112", "4111 1111 1111 1112"),
    ],
)
def test_a_bank_card_keeps_its_last_four_digits(post: str, shown: str) -> None:
    assert mask(post) == shown


@given(st.integers(10**14, 10**15 - 1))
def test_every_sixteen_digits_that_satisfy_luhn_are_masked(start: int) -> None:
    digits = next(f"{start}{check}" for check in range(10) if luhn(f"{start}{check}"))
    for gap in ("", " ", "-"):
        card = gap.join(digits[place : place + 4] for place in range(0, 16, 4))
        assert mask(card) == f"**** **** **** {digits[-4:]}"


def test_two_phones_beside_each_other_are_both_masked() -> None:
    assert mask("0671234567 0509876543") == "067 ***-**-67 050 ***-**-43"
    assert mask("+380671234567,+380509876543") == "067 ***-**-67,050 ***-**-43"


@pytest.mark.parametrize(
    ("post", "shown"),
    [
        ("пишіть на oksana.p+kyiv@example.com!", "пишіть на o***@example.com!"),
        ("0671234567@mail.example.com", "0***@mail.example.com"),
        ("@oksana_demo відпишіть", "@oksana_demo відпишіть"),
    ],
)
def test_an_address_keeps_its_first_letter_and_its_domain(post: str, shown: str) -> None:
    assert mask(post) == shown


@pytest.mark.parametrize(
    "innocent",
    [
        "03.04.2024 15:30",
        "з 05.06-07.06.24 до 1200",
        "2024-03-04 2024-03-05",
        "2024-03-04 15:30:00",
        "12 000 000 грн за 10 років",
        "100 200 300 400 500",
        "заявка 123456789",
        "рахунок № 1234567",
        "192.168.100.200",
        "46.211.3.77:8080",
        "INV-0671234567",
        "код *161#, номер 466",
        "https://site.example/topic/0671234567?page=4111111111111111",
        "швидкість 0.5 замість 100",
        "тариф 300 грн за 28 днів, 40 ГБ",
        "",
    ],
)
def test_dates_prices_addresses_and_order_numbers_stay(innocent: str) -> None:
    assert mask(innocent) == innocent


def test_a_phone_inside_a_messenger_link_is_masked() -> None:
    assert "1234567" not in mask("пишіть https://wa.me/380671234567")


@pytest.mark.parametrize("heavy", ["1 " * 50_000, "0" * 100_000, "a@" * 50_000, "06 " * 30_000, "(" * 100_000])
def test_a_hostile_post_costs_little(heavy: str) -> None:
    assert len(mask(heavy)) <= len(heavy)


@given(st.text(alphabet="0123456789 +-().@abя/:", max_size=80))
def test_masking_never_fails_and_never_adds_a_digit(post: str) -> None:
    assert sum(map(str.isdigit, mask(post))) <= sum(map(str.isdigit, post))
