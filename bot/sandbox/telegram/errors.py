"""Refusals of the Bot API: a code, a description in Telegram's own words, and sometimes parameters."""

from __future__ import annotations

CONFLICT_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
CONFLICT_SET_WEBHOOK = "Conflict: terminated by setWebhook request"
CONFLICT_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class ApiError(Exception):
    """A refusal as the bot sees it: HTTP status, description, and integer ``parameters`` of the answer."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, object]:
        """The body of the answer, as the Bot API words it."""
        body: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = dict(self.parameters)
        return body


def bad_request(text: str, **parameters: int) -> ApiError:
    """400; like the Bot API, the first letter is lowered unless the text is an upper-case code."""
    upper_code = len(text) > 1 and (text[1] == "_" or text[1].isupper())
    return ApiError(400, "Bad Request: " + (text if upper_code else text[:1].lower() + text[1:]), **parameters)


def forbidden(text: str) -> ApiError:
    """403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {text}")


def too_many(retry_after: int) -> ApiError:
    """429; ``retry_after`` in whole seconds, also sent as the Retry-After header."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
