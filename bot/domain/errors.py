"""The error tree: small types that say permanent or temporary.

``code`` is the stable name of an error: ``error.<code>`` and ``hint.<code>`` in the text catalogues say to a person
what happened and what to do. ``detail`` is evidence for the log and for ``vidhuk check``; it never holds a secret.
"""

from __future__ import annotations


class VidhukError(Exception):
    """Anything that went wrong in a way that Vidhuk knows how to explain."""

    code = "unknown"
    permanent = True

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.retry_after = retry_after
        """Seconds after which the other side invites us again, where it said so."""


class SourceError(VidhukError):
    """A community page could not be read, or would not take a reply."""


class SourceDown(SourceError):
    """Time-out, connection refused or reset, 5xx: worth trying again."""

    code = "down"
    permanent = False


class SourceBusy(SourceError):
    """The platform asks us to slow down (429, Graph 4/17/32/341/80001)."""

    code = "busy"
    permanent = False


class PageGone(SourceError):
    """The page, board, topic or API version does not exist (404, 410)."""

    code = "gone"


class PageUnreadable(SourceError):
    """The answer is not what this platform sends: HTML where JSON was expected, no post where posts were."""

    code = "unreadable"
    permanent = False


class NothingFound(PageUnreadable):
    """The page shows nothing where there was something: a changed page or a hidden board, never "all quiet"."""

    code = "nothing_found"


class EngineUnknown(SourceError):
    """``platform = "forum"``, and nothing on the page tells its engine."""

    code = "engine"


class MessageBad(SourceError):
    """A message that was brought to us is not as agreed; ``detail`` names the field and what it takes."""

    code = "message_bad"


class CommunityPaused(SourceError):
    """A lead has paused this community: it is neither looked at nor written to."""

    code = "paused"


class PageTooLarge(SourceError):
    """The answer is larger than the cap, before or after decompression."""

    code = "too_large"


class AddressRefused(SourceError):
    """The address leads to a private network or to another host, and the settings do not allow it."""

    code = "address"


class NotMember(SourceError):
    """The bot is not in the group that it should read and write in, or was put out of it."""

    code = "not_member"


class TokenRefused(SourceError):
    """The platform refuses our token: expired, revoked, or without the right needed."""

    code = "token"


class LoginRefused(SourceError):
    """Wrong name or password. Never tried again by itself: forums lock accounts."""

    code = "login"


class CaptchaAsked(SourceError):
    """The page wants proof of a person."""

    code = "captcha"


class ReplyFlood(SourceError):
    """The platform limits how often this account may write; wait ``retry_after`` seconds."""

    code = "flood"
    permanent = False


class ReplyClosed(SourceError):
    """The topic is closed or the post takes no comments."""

    code = "closed"


class ReplyForbidden(SourceError):
    """Our account may read here, but not write."""

    code = "forbidden"


class ReplyRejected(SourceError):
    """The platform refuses this text: too long, forbidden link, duplicate; ``detail`` says what it said."""

    code = "rejected"


class ReplyTooLong(SourceError):
    """The text is longer than the platform takes; ``detail`` says how much it takes."""

    code = "too_long"


class ReplyOverwrites(SourceError):
    """An answer of ours stands there, and the platform keeps one only: this one would take its place."""

    code = "overwrites"


class ReplyUnknown(SourceError):
    """Sent, but the answer was lost: it may stand on the page. Read back before anything else."""

    code = "unknown_outcome"
    permanent = False


class ReplyUnseen(SourceError):
    """The platform took the reply, but it never showed on the page: held for moderation, or removed."""

    code = "unseen"


class ReplyStale(SourceError):
    """The reply's time passed while the bot was down; what it says may be outdated."""

    code = "stale"


class ConfigMistakes(VidhukError):
    """All mistakes found in the configuration, each one line: place, what was expected, "did you mean"."""

    code = "config"

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class StoreHeld(VidhukError):
    """Another process holds the database."""

    code = "held"


class StoreBroken(VidhukError):
    """The database file is damaged or not ours."""

    code = "store_broken"


class StoreMissing(VidhukError):
    """There is no database yet: the bot never ran with these settings."""

    code = "store_missing"


class PortTaken(VidhukError):
    """The address of [web] can't be listened on."""

    code = "port_taken"


class ChatError(VidhukError):
    """Telegram did not do what we asked."""


class ChatDown(ChatError):
    """Time-out or network fault: whether the message arrived is not known."""

    code = "chat_down"
    permanent = False


class ChatFlood(ChatError):
    """429: this chat alone waits ``retry_after`` seconds."""

    code = "chat_flood"
    permanent = False


class ChatGone(ChatError):
    """The bot was removed or blocked or may not write there, or the chat does not exist."""

    code = "chat_gone"


class ChatMoved(ChatError):
    """The group became a supergroup: ``new_chat_id`` is its id from now on."""

    code = "chat_moved"

    def __init__(self, new_chat_id: int) -> None:
        super().__init__(f"the group is now {new_chat_id}")
        self.new_chat_id = new_chat_id


class MessageGone(ChatError):
    """The message to edit does not exist any more, or may not be edited."""

    code = "message_gone"


class ChatRefused(ChatError):
    """Telegram calls the request itself bad; ``detail`` is its description."""

    code = "chat_refused"


class ChatTokenRefused(ChatError):
    """Telegram does not know the bot's token."""

    code = "chat_token"
