"""The Graph API's errors with the codes, sub-codes and HTTP statuses a client has to tell apart."""

import json
import secrets
from dataclasses import dataclass, field

from aiohttp import web

_DOCS = "Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"
_LIMITS = "For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
MINUTES_TO_REGAIN = 19
THROTTLE_CODES = frozenset({4, 17, 32, 341, 613, 80001})
_PAGE_THROTTLE = 80001


@dataclass
class GraphError(Exception):
    """An answer ``{"error": {...}}``; ``usage`` asks for exhausted rate-limit headers."""

    code: int
    message: str
    subcode: int | None = None
    type: str = "OAuthException"
    status: int = 400
    transient: bool = False
    usage: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        error: dict[str, object] = {"message": self.message, "type": self.type, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient:
            error["is_transient"] = True
        error.update(self.extra)
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(17)
        return {"error": error}


def answer(error: GraphError, headers: dict[str, str]) -> web.Response:
    if error.status == web.HTTPUnauthorized.status_code:
        headers |= {"WWW-Authenticate": f'OAuth "Facebook Platform" "invalid_token" "{error.message}"'}
    headers |= {"Cache-Control": "no-store", "Content-Type": "application/json; charset=UTF-8"}
    return web.Response(body=json.dumps(error.body()).encode(), status=error.status, headers=headers)


def no_token(*, about_me: bool) -> GraphError:
    if about_me:
        words = "An active access token must be used to query information about the current user."
        return GraphError(2500, words)
    return GraphError(104, "An access token is required to request this resource.")


def bad_token() -> GraphError:
    return GraphError(190, "Invalid OAuth access token - Cannot parse access token")


def expired(at: str) -> GraphError:
    words = f"Error validating access token: Session has expired on {at}."
    return GraphError(190, words, subcode=463, status=401)


def throttled(code: int = _PAGE_THROTTLE) -> GraphError:
    words = {
        4: "(#4) Application request limit reached",
        17: "(#17) User request limit reached",
        32: "(#32) Page request limit reached",
    }.get(code, f"(#{code}) There have been too many calls to this Page account. Wait a bit and try again. {_LIMITS}")
    status = 400 if code == _PAGE_THROTTLE else 403
    return GraphError(code, words, status=status, transient=code != _PAGE_THROTTLE, usage=True)


def blocked() -> GraphError:
    words = "The action attempted has been deemed abusive or is otherwise disallowed"
    extra = {"error_user_title": "Temporarily blocked", "error_user_msg": "This feature is blocked for now."}
    return GraphError(368, words, subcode=1390008, status=403, extra=extra)


def duplicate() -> GraphError:
    extra = {"error_user_title": "Duplicate", "error_user_msg": "This message repeats the one just published."}
    return GraphError(506, "(#506) Duplicate status message", subcode=1455006, extra=extra)


def missing(object_id: str, method: str = "get") -> GraphError:
    words = (
        f"Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        f"missing permissions, or does not support this operation. {_DOCS}"
    )
    return GraphError(100, words, subcode=33, type="GraphMethodException")


def unknown_field(name: str, node: str) -> GraphError:
    return GraphError(100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})")


def bad_parameter(words: str) -> GraphError:
    return GraphError(100, f"(#100) {words}")


def syntax(words: str) -> GraphError:
    return GraphError(2500, f"Syntax error {words}")


def may_not_read() -> GraphError:
    words = "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access'"
    return GraphError(10, f"{words} feature. {_DOCS}", status=403)


def may_not_publish() -> GraphError:
    words = "(#200) If posting to a page, requires both pages_read_engagement and pages_manage_engagement permission"
    return GraphError(200, f"{words} as an admin with sufficient administrative permission", status=403)


def old_version(version: str, current: str) -> GraphError:
    words = f"(#2635) You are calling a deprecated version of the API: {version}. Please update to {current}."
    return GraphError(2635, words)


def unknown_path(path: str) -> GraphError:
    return GraphError(2500, f"Unknown path components: {path}")


def unavailable() -> GraphError:
    return GraphError(2, "Service temporarily unavailable", status=503, transient=True)


def broken() -> GraphError:
    return GraphError(1, "An unknown error has occurred.", status=500, transient=True)
