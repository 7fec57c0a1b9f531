"""What the forum's pages say, in English (as a stock board) and in Ukrainian."""

from dataclasses import dataclass

_ENGLISH = {
    "lang": "en",
    "today": "Today",
    "yesterday": "Yesterday",
    "guest_hello": "Hello, Guest!",
    "member_hello": "Welcome back,",
    "log_in": "Login",
    "log_in_to_write": "Log in to write",
    "log_out": "Log Out",
    "home": "Forum home",
    "message_page": "Board Message",
    "username": "Username:",
    "password": "Password:",
    "remember": "Remember me",
    "log_in_as": "Sandbox: log in as",
    "log_in_as_note": "These people are invented and their passwords are shown. One click logs in.",
    "official": "official",
    "logged_in": "You have successfully been logged in.",
    "logged_out": "You have been logged out.",
    "bad_login": "You have entered an invalid username/password combination.",
    "tries_left": "You have {n} more login attempts.",
    "locked": "Too many failed attempts to login. You must now wait {n}m before you can login again.",
    "captcha": "Image Verification",
    "captcha_note": "Please enter the text contained within the image.",
    "bad_captcha": "The image verification code that you entered was incorrect.",
    "redirect_now": "Click here if you don't want to wait any longer.",
    "bad_key": "Authorization code mismatch. Please go back and try again.",
    "no_topic": "The specified thread does not exist.",
    "no_post": "The specified post does not exist.",
    "no_board": "Invalid forum",
    "no_member": "The member you specified is either invalid or doesn't exist.",
    "no_permission": "You are either not logged in or do not have permission to view this page.",
    "need_log_in": "You are not logged in. Please login and retry the desired action.",
    "may_not": "You do not have permission to access this page.",
    "closed": "You cannot post replies in this thread because it has been closed by a moderator.",
    "already_posted": "You have already posted this reply to the specified thread.",
    "empty_form": "The form arrived empty. Please go back and try again.",
    "correct_errors": "Please correct the following errors before continuing:",
    "missing_message": "The message is missing. Please enter a message.",
    "missing_subject": "The subject is missing. Please enter a subject.",
    "too_long": "The message is too long. Please enter a message shorter than 65535 characters.",
    "too_short": "The message is too short. Please enter a message longer than 5 characters.",
    "subject_too_long": "The subject is too long. Please enter a subject shorter than 85 characters.",
    "full": "The sandbox is full. Restart it to begin anew.",
    "flood": "You are posting too quickly after your previous message. Please wait {n} more {seconds}.",
    "reply_posted": "Thank you, your reply has been posted.",
    "topic_posted": "Thank you, your thread has been posted.",
    "edited": "Thank you, this post has been edited.",
    "modified": "This post was last modified:",
    "by": "by",
    "wrote": "Wrote:",
    "quote": "Quote:",
    "pages": "Pages ({n}):",
    "previous": "« Previous",
    "next": "Next »",
    "topic": "Thread",
    "replies": "Replies",
    "views": "Views",
    "last_post": "Last Post",
    "threads": "Threads",
    "posts": "Posts",
    "joined": "Joined:",
    "member": "Member",
    "official_title": "Official representative",
    "new_topic": "Post Thread",
    "new_reply": "New Reply",
    "closed_topic": "Thread Closed",
    "subject": "Subject:",
    "message": "Your Message:",
    "preview": "Preview Post",
    "post_reply": "Post Reply",
    "post_topic": "Post Thread",
    "save": "Update Post",
    "edit": "Edit",
    "reply": "Reply",
    "reply_to": "Post Reply to",
    "quick_reply": "Quick Reply",
    "draft_saved": "The draft has been saved.",
    "unavailable": "SQL Error: the board is overloaded.",
    "important": "Important Threads",
    "normal": "Normal Threads",
    "use_signature": "Signature: include your signature.",
    "no_smilies": "Disable Smilies.",
    "now": "Current time:",
    "category": "Mobile and internet",
    "board_2": "Kyivstar: questions and answers",
    "board_2_about": "Ask; the official representative reads this board",
    "board_3": "Small talk",
    "board_3_about": "About everything else",
    "nothing": "There are no threads in this forum yet.",
    "language": "Language",
    "go": "Go",
    "sandbox": "A sandbox forum. Everyone here is invented.",
    "too_many": "Too many requests. Please slow down.",
    "broken": "The forum stumbled. Please try again later.",
    "check": "Just a moment: please prove that you are human.",
}
_UKRAINIAN = {
    "lang": "uk",
    "today": "Сьогодні",
    "yesterday": "Вчора",
    "guest_hello": "Вітаємо, гостю!",
    "member_hello": "З поверненням,",
    "log_in": "Увійти",
    "log_in_to_write": "Увійти, щоб написати",
    "log_out": "Вийти",
    "home": "Головна форуму",
    "message_page": "Повідомлення форуму",
    "username": "Ім’я:",
    "password": "Пароль:",
    "remember": "Запам’ятати мене",
    "log_in_as": "Пісочниця: увійти як",
    "log_in_as_note": "Ці люди вигадані, їхні паролі відкриті. Досить одного натискання.",
    "official": "офіційний",
    "logged_in": "Ви увійшли на форум.",
    "logged_out": "Ви вийшли з форуму.",
    "bad_login": "Неправильне ім’я або пароль.",
    "tries_left": "Залишилося спроб: {n}.",
    "locked": "Забагато невдалих спроб увійти. Зачекайте {n} хв.",
    "captcha": "Перевірка зображенням",
    "captcha_note": "Введіть літери й цифри із зображення.",
    "bad_captcha": "Код із зображення введено неправильно.",
    "redirect_now": "Натисніть тут, якщо не хочете чекати.",
    "bad_key": "Код авторизації не збігся. Поверніться й спробуйте ще раз.",
    "no_topic": "Такої теми не існує.",
    "no_post": "Такого повідомлення не існує.",
    "no_board": "Такого розділу не існує",
    "no_member": "Такого учасника не існує.",
    "no_permission": "Ви не увійшли або не маєте прав на перегляд цієї сторінки.",
    "need_log_in": "Ви не увійшли. Увійдіть і повторіть дію.",
    "may_not": "Ви не маєте прав на цю сторінку.",
    "closed": "Відповідати в цій темі не можна: її закрив модератор.",
    "already_posted": "Ви вже надіслали цю відповідь у цю тему.",
    "empty_form": "Форма прийшла порожньою. Поверніться й спробуйте ще раз.",
    "correct_errors": "Спершу виправте помилки:",
    "missing_message": "Немає тексту. Напишіть повідомлення.",
    "missing_subject": "Немає теми. Напишіть тему.",
    "too_long": "Повідомлення задовге: не більше 65535 символів.",
    "too_short": "Повідомлення закоротке: не менше 5 символів.",
    "subject_too_long": "Тема задовга: не більше 85 символів.",
    "full": "Пісочниця заповнена. Перезапустіть її.",
    "flood": "Ви пишете занадто часто. Зачекайте ще {n} {seconds}.",
    "reply_posted": "Дякуємо, вашу відповідь надіслано.",
    "topic_posted": "Дякуємо, вашу тему створено.",
    "edited": "Дякуємо, повідомлення змінено.",
    "modified": "Востаннє змінено:",
    "by": "—",
    "wrote": "писав(ла):",
    "quote": "Цитата:",
    "pages": "Сторінки ({n}):",
    "previous": "« Попередня",
    "next": "Наступна »",
    "topic": "Тема",
    "replies": "Відповіді",
    "views": "Перегляди",
    "last_post": "Останнє",
    "threads": "Теми",
    "posts": "Повідомлення",
    "joined": "З нами з:",
    "member": "Учасник",
    "official_title": "Офіційний представник",
    "new_topic": "Створити тему",
    "new_reply": "Відповісти",
    "closed_topic": "Тему закрито",
    "subject": "Тема:",
    "message": "Повідомлення:",
    "preview": "Попередній перегляд",
    "post_reply": "Надіслати відповідь",
    "post_topic": "Створити тему",
    "save": "Зберегти зміни",
    "edit": "Змінити",
    "reply": "Цитувати",
    "reply_to": "Відповідь у темі",
    "quick_reply": "Швидка відповідь",
    "draft_saved": "Чернетку збережено.",
    "unavailable": "Помилка SQL: форум перевантажено.",
    "important": "Важливі теми",
    "normal": "Звичайні теми",
    "use_signature": "Додати мій підпис.",
    "no_smilies": "Без смайликів.",
    "now": "Зараз:",
    "category": "Зв’язок та інтернет",
    "board_2": "Київстар: питання та відповіді",
    "board_2_about": "Питайте: цей розділ читає офіційний представник",
    "board_3": "Балачки",
    "board_3_about": "Про все інше",
    "nothing": "У цьому розділі ще немає тем.",
    "language": "Мова",
    "go": "Гаразд",
    "sandbox": "Форум-пісочниця. Усі люди тут вигадані.",
    "too_many": "Забагато запитів. Будь ласка, повільніше.",
    "broken": "Форум спіткнувся. Спробуйте пізніше.",
    "check": "Хвилинку: доведіть, що ви людина.",
}
PACKS = {"english": _ENGLISH, "ukrainian": _UKRAINIAN}
NAMES = {"english": "English", "ukrainian": "Українська"}
_BRIEF = 60
_TEENS = range(11, 15)
_FEW = range(2, 5)


@dataclass(frozen=True)
class Words:
    """One language pack: ``words["today"]``, and the phrases that count."""

    language: str

    def __getitem__(self, key: str) -> str:
        return PACKS[self.language][key]

    def filled(self, key: str, n: int) -> str:
        """A phrase with its number ``n``; "seconds" inside it is declined."""
        second = self._plural(n, ("second", "seconds"), ("секунду", "секунди", "секунд"))
        return self[key].format(n=n, seconds=second)

    def minutes(self, passed: int) -> str:
        """How long ago, as in "25 minutes ago"; ``passed`` in seconds, negative for the future."""
        count = max(1, abs(passed) // 60)
        unit = self._plural(count, ("minute", "minutes"), ("хвилину", "хвилини", "хвилин"))
        brief = abs(passed) <= _BRIEF
        return self._ago(f"{count} {unit}", passed, brief=brief)

    def hours(self, passed: int) -> str:
        count = max(1, abs(passed) // 3600)
        unit = self._plural(count, ("hour", "hours"), ("годину", "години", "годин"))
        return self._ago(f"{count} {unit}", passed, brief=False)

    def _ago(self, span: str, passed: int, *, brief: bool) -> str:
        if self.language == "english":
            if passed < 0:
                return f"In {span}"
            return f"{'Less than ' if brief else ''}{span} ago"
        if passed < 0:
            return f"За {span}"
        return "Менше хвилини тому" if brief else f"{span} тому"

    def _plural(self, n: int, english: tuple[str, str], ukrainian: tuple[str, str, str]) -> str:
        if self.language == "english":
            return english[0] if n == 1 else english[1]
        if n % 100 in _TEENS:
            return ukrainian[2]
        if n % 10 == 1:
            return ukrainian[0]
        return ukrainian[1] if n % 10 in _FEW else ukrainian[2]
