"""The state of the town's forum, with the habits of MyBB 1.8: flood limit, merged posts, closed topics, log-ins.

``forum_web.py`` speaks its protocol; everything is in memory. Times are unix seconds.
"""

import hashlib
import hmac
import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.sandbox.town.people import FORUM_CUSTOMERS, OFFICIAL_NICKNAME, Nickname

TEXT_CAP = 120_000
MESSAGE_BYTES = 65_535
SUBJECT_LENGTH = 85
SHORTEST = 5
POST_CAP = 20_000
DUPLICATE_WINDOW = 600.0
BOARD, SMALL_TALK = 2, 3
BOARDS = (BOARD, SMALL_TALK)
_KEY_HOURS = 6
_OLD_KEYS = 3
_MINUTE = 60.0


class NotTaken(Exception):
    """The forum refused; ``reason`` is a word of ``forum_words``; ``wait`` is seconds for "flood"."""

    def __init__(self, reason: str, *, wait: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


@dataclass(slots=True)
class Account:
    """A member. ``tries`` counts wrong passwords since the last log-in; ``posted_at`` serves the flood limit;
    ``zone`` is the time zone of their profile ("": the board's)."""

    uid: int
    nickname: Nickname
    joined_at: float
    login_key: str
    posts: int = 0
    topics: int = 0
    posted_at: float = 0.0
    tries: int = 0
    locked_until: float = 0.0
    zone: str = ""

    @property
    def name(self) -> str:
        return self.nickname.name


@dataclass(slots=True)
class ForumPost:
    """One message. A merged follow-up changes ``text`` and ``edited_at`` but neither ``pid`` nor ``at``."""

    pid: int
    tid: int
    account: Account
    subject: str
    text: str
    at: float
    signature: bool = True
    edited_at: float | None = None


@dataclass(slots=True)
class Topic:
    """A thread of the forum; ``last_at`` stays still when a follow-up is merged."""

    tid: int
    fid: int
    subject: str
    posts: list[ForumPost] = field(default_factory=list)
    closed: bool = False
    sticky: bool = False
    views: int = 0

    @property
    def first(self) -> ForumPost:
        return self.posts[0]

    @property
    def last(self) -> ForumPost:
        return self.posts[-1]


def _counter() -> "Iterator[int]":
    return itertools.count(1)


@dataclass
class Forum:
    """``clock`` gives unix seconds; ``zone`` is the board's time zone; ``charset`` of its pages ("windows-1251"
    is then declared only in a meta tag, and forms are read in it); ``language`` "english" or "ukrainian" until
    a visitor chooses; ``date_format`` and ``time_format`` are PHP's; ``base_url`` the origin ("": by request).
    """

    clock: Callable[[], float] = time.time
    zone: str = "Europe/Kyiv"
    charset: str = "utf-8"
    flood_seconds: int = 60
    merge_minutes: int = 60
    posts_per_page: int = 10
    topics_per_page: int = 20
    captcha_after: int = 3
    lock_after: int = 10
    lock_minutes: int = 15
    language: str = "english"
    date_format: str = "m-d-Y"
    time_format: str = "h:i A"
    name: str = "Форум пісочниці"
    base_url: str = ""
    version: int = 0
    topics: dict[int, Topic] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    captchas: dict[str, str] = field(default_factory=dict)
    _pids: "Iterator[int]" = field(default_factory=_counter)
    _tids: "Iterator[int]" = field(default_factory=_counter)
    _index: dict[int, ForumPost] = field(default_factory=dict)
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def __post_init__(self) -> None:
        for uid, nickname in enumerate((OFFICIAL_NICKNAME, *FORUM_CUSTOMERS), start=2):
            self.accounts[uid] = Account(uid, nickname, self.clock(), secrets.token_urlsafe(37))

    # --- reading -------------------------------------------------------------------------------------------

    @property
    def official(self) -> Account:
        return self.accounts[2]

    def account(self, name: str) -> Account | None:
        """The member of that name, letters of any case."""
        return next((one for one in self.accounts.values() if one.name.lower() == name.strip().lower()), None)

    def topic(self, tid: int) -> Topic | None:
        return self.topics.get(tid)

    def post(self, pid: int) -> ForumPost | None:
        return self._index.get(pid)

    def posts(self, tid: int) -> list[ForumPost]:
        """The messages of a topic, oldest first; empty when there is no such topic."""
        topic = self.topics.get(tid)
        return list(topic.posts) if topic else []

    def listed(self, fid: int) -> list[Topic]:
        """A board's topics: sticky ones, then by the latest message, newest first."""
        topics = [topic for topic in self.topics.values() if topic.fid == fid]
        return sorted(topics, key=lambda topic: (topic.sticky, topic.last.at, topic.tid), reverse=True)

    # --- writing in-process: no flood limit, no log-in ------------------------------------------------------

    def new_topic(
        self, author: str, subject: str, text: str, *, fid: int = BOARD, at: float | None = None
    ) -> ForumPost:
        """A member opens a topic. Raises ``NotTaken`` ("no_member", "missing_message", "full", …)."""
        account, text = self._known(author), self._cleaned(text)
        subject = subject.replace("\0", "").strip()
        if not subject:
            raise NotTaken("missing_subject")
        topic = Topic(next(self._tids), fid, subject[:SUBJECT_LENGTH])
        self.topics[topic.tid] = topic
        account.topics += 1
        return self._append(topic, account, topic.subject, text, self._at(at))

    def reply(
        self, tid: int, author: str, text: str, *, subject: str = "", signature: bool = True, at: float | None = None
    ) -> ForumPost:
        """A member answers in a topic; merged into the last post when that is their own and fresh enough."""
        account, text, topic = self._known(author), self._cleaned(text), self.topics.get(tid)
        if topic is None:
            raise NotTaken("no_topic")
        if topic.closed:
            raise NotTaken("closed")
        when = self._at(at)
        if self._merges(topic, account, when):
            topic.last.text += f"\n[hr]\n{text}"
            topic.last.edited_at = when
            self.version += 1
            return topic.last
        post = self._append(topic, account, subject or f"RE: {topic.subject}", text, when)
        post.signature = signature
        return post

    def edit(self, pid: int, text: str, *, at: float | None = None) -> ForumPost:
        """Change a message; it gets the "last modified" mark. Raises ``NotTaken``."""
        post = self._index.get(pid)
        if post is None:
            raise NotTaken("no_post")
        post.text = self._cleaned(text)
        post.edited_at = self._at(at)
        self.version += 1
        return post

    def close(self, tid: int, *, closed: bool = True) -> None:
        """A moderator closes a topic, or opens it again."""
        topic = self.topics.get(tid)
        if topic is None:
            raise NotTaken("no_topic")
        topic.closed = closed
        self.version += 1

    def stick(self, tid: int, *, sticky: bool = True) -> None:
        """A moderator keeps a topic on top of its board, or lets it go."""
        topic = self.topics.get(tid)
        if topic is None:
            raise NotTaken("no_topic")
        topic.sticky = sticky
        self.version += 1

    def vanish(self, pid: int) -> None:
        """A moderator takes a message away; with the first one the whole topic goes."""
        post = self._index.get(pid)
        if post is None:
            raise NotTaken("no_post")
        topic = self.topics[post.tid]
        gone = list(topic.posts) if post is topic.first else [post]
        for one in gone:
            topic.posts.remove(one)
            del self._index[one.pid]
        if not topic.posts:
            del self.topics[topic.tid]
        self.version += 1

    # --- writing by form: the checks of the real forum, in its order ----------------------------------------

    def submit_reply(self, account: Account, topic: Topic, subject: str, text: str, signature: bool) -> ForumPost:
        """``newreply.php``: the checks for a duplicate, flood and the text, then ``reply``. Raises ``NotTaken``."""
        now = self.clock()
        for post in topic.posts:
            same = post.account is account and post.subject == subject and post.text == text
            if same and post.at > now - DUPLICATE_WINDOW:
                raise NotTaken("already_posted")
        if not self._merges(topic, account, now):
            self._check_flood(account, now)
        self.check(subject, text)
        return self.reply(topic.tid, account.name, text, subject=subject, signature=signature)

    def submit_topic(self, account: Account, fid: int, subject: str, text: str) -> ForumPost:
        """``newthread.php``. Raises ``NotTaken``."""
        self._check_flood(account, self.clock())
        if not subject.strip():
            raise NotTaken("missing_subject")
        self.check(subject, text)
        return self.new_topic(account.name, subject, text, fid=fid)

    def check(self, subject: str, text: str) -> None:
        """The lengths the real forum asks for. Raises ``NotTaken``."""
        if not text.strip():
            raise NotTaken("missing_message")
        if len(text.encode("utf-8", "replace")) > MESSAGE_BYTES:
            raise NotTaken("too_long")
        if len(text.strip()) < SHORTEST:
            raise NotTaken("too_short")
        if len(subject) > SUBJECT_LENGTH:
            raise NotTaken("subject_too_long")

    # --- keys ----------------------------------------------------------------------------------------------

    def post_key(self, account: Account | None, sid: str, age: int = 0) -> str:
        """The form token ``my_post_key``; it changes every six hours, three older ones are still good."""
        turn = int(self.clock() // (_KEY_HOURS * 3600)) - age
        return self.digest(f"key {turn} {account.login_key if account else sid}")

    def key_is_good(self, key: str, account: Account | None, sid: str) -> bool:
        return key in {self.post_key(account, sid, age) for age in range(_OLD_KEYS + 1)}

    def digest(self, of: str) -> str:
        """32 hexadecimal digits that only this forum can make."""
        return hmac.new(self._secret, of.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]

    # --- inside --------------------------------------------------------------------------------------------

    def _known(self, name: str) -> Account:
        account = self.account(name)
        if account is None:
            raise NotTaken("no_member")
        return account

    def _cleaned(self, text: str) -> str:
        text = text.replace("\0", "").strip()
        if not text:
            raise NotTaken("missing_message")
        if len(text) > TEXT_CAP:
            raise NotTaken("too_long")
        if len(self._index) >= POST_CAP:
            raise NotTaken("full")
        return text

    def _merges(self, topic: Topic, account: Account, now: float) -> bool:
        fresh = now - topic.last.at <= self.merge_minutes * _MINUTE
        return self.merge_minutes > 0 and topic.last.account is account and fresh

    def _check_flood(self, account: Account, now: float) -> None:
        passed = int(now - account.posted_at)
        if self.flood_seconds > 0 and passed <= self.flood_seconds:
            raise NotTaken("flood", wait=self.flood_seconds - passed + 1)

    def _append(self, topic: Topic, account: Account, subject: str, text: str, at: float) -> ForumPost:
        post = ForumPost(next(self._pids), topic.tid, account, subject, text, at)
        topic.posts.append(post)
        topic.posts.sort(key=lambda one: (one.at, one.pid))
        self._index[post.pid] = post
        account.posts += 1
        account.posted_at = max(account.posted_at, at)
        self.version += 1
        return post

    def _at(self, at: float | None) -> float:
        return self.clock() if at is None else at
