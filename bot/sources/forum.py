"""What every forum engine needs: which topics are worth reading, how far back, one log-in, one reply, found again.

An engine is a subclass of `Forum`. It says where its pages are and how they are read (`board_url`, `read_board`,
`topic_url`, `read_topic`), how its account logs in (`send_login`), and how its reply form is opened, filled and judged
(`reply_url`, `read_reply_form`, `fill_reply`, `read_outcome`).

Authors are known by their names: ``author_id`` is the name as the page shows it (None for the nameless), since a name
is what the settings list as official and what a guest has too.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from yarl import URL

from bot.domain.clean import squeeze
from bot.domain.errors import (
    AddressRefused,
    CaptchaAsked,
    LoginRefused,
    NothingFound,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
)
from bot.domain.model import Health, Look, Measure, Metric, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer, Jar, form_body, redact, refuse_status
from bot.sources.forum_look import KnownTopic, Looking, goes_further, missing, worth_reading
from bot.sources.forum_pages import BoardPage, Form, LoginAsked, TopicPage, TopicRow, number
from bot.sources.http import Http
from bot.sources.options import SourceOptions

_Page = TypeVar("_Page")

NEWEST = 0
"""As a page's number: the newest one, however many there are."""

_BOARD_PAGES = 3
_PAGES_BACK = 4
"""Most pages of one topic read in one look, from the newest back to the last post known."""
_FIND_PAGES = 2
_SENDINGS = 3
"""Most times the reply form is sent while the forum says each time that it took nothing yet."""


class Forum(ABC):
    """One board or topic of a forum, by ``options.url``.

    Pages are read as a guest as long as the forum lets guests read. The account logs in when a reply is to be written
    or guests are turned away, once; a refused log-in is remembered until restart, because forums lock accounts.
    """

    form_age: float = 0.0
    """Seconds that must pass between a form's rendering and its sending."""
    form_tells_gone: bool = True
    """Whether the reply form itself shows that the post to answer is gone; else the topic is read first."""
    spoken: frozenset[int] = frozenset()
    """Statuses of failure under which the engine's page says in words what is wrong."""

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self.options = options
        self.zone = ZoneInfo(options.timezone)
        self.base = str(URL(options.url).join(URL(".")))
        """The folder that the forum's scripts stand in, with its closing slash."""
        self.member = http.jar()
        """The account's cookies."""
        self._http = http
        self._guest = http.jar()
        self._topic = self.topic_in(options.url)
        self._read_as_member = False
        self._logged_in = False
        self._login_refused: SourceError | None = None
        self._login_turn = asyncio.Lock()

    # --- what an engine says ------------------------------------------------------------------------------

    @abstractmethod
    def topic_in(self, url: str) -> str | None:
        """The id of the topic that ``url`` leads to; None where it leads to a board."""

    @abstractmethod
    def board_url(self, page: int, step: int) -> str:
        """The board's page (1 is the first), latest post first. ``step`` is what its first page gave."""

    @abstractmethod
    def read_board(self, answer: Answer, now: datetime) -> BoardPage:
        """A board's page. Raises `LoginAsked`, `PageGone`, … for walls, `PageUnreadable` for what is no board."""

    @abstractmethod
    def topic_url(self, tid: str, page: int, step: int) -> str:
        """A topic's page (1 is the first, `NEWEST` the last). ``step`` is what the page read before gave."""

    @abstractmethod
    def read_topic(self, answer: Answer, now: datetime, tid: str) -> TopicPage:
        """A topic's page, with at least one post. Raises as `read_board`."""

    @abstractmethod
    async def send_login(self) -> None:
        """Log the account in (`get`, `send` with ``lost=SourceDown``), its jar being empty.

        Raises `LoginRefused` or `CaptchaAsked` where it is refused: neither is tried again.
        """

    @abstractmethod
    def reply_url(self, target: ReplyTarget) -> str:
        """The page with the reply form, the target quoted in it where the engine does that."""

    @abstractmethod
    def read_reply_form(self, answer: Answer) -> Form | None:
        """The reply form; None where there is none. Raises `LoginAsked`, `ReplyClosed`, … where the page says so."""

    @abstractmethod
    def fill_reply(self, form: Form, target: ReplyTarget, text: str) -> dict[str, str]:
        """The fields to set in ``form``, the submit button among them."""

    @abstractmethod
    def read_outcome(self, answer: Answer) -> Published:
        """What became of a reply, from the answer to its form.

        Raises the refusal's own kind, `LoginAsked` where the session ended, `ReplyUnknown` where nothing shows it.
        """

    def form_to_repeat(self, answer: Answer, sent: Form) -> Form | None:
        """The form that came back where the forum surely took nothing and only wants it sent again; else None."""
        return None

    # --- the promise of every source ----------------------------------------------------------------------

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """Read what is new: the board's list, then the topics whose last post changed, newest page first."""
        look = Looking.begin(memory, now)
        if self._topic is not None:
            await self._read_topic(look, self._topic)
            return look.result()
        rows = await self._rows(look)
        for tid in (*worth_reading(look, rows), *missing(look, rows)):
            try:
                await self._read_topic(look, tid, rows.get(tid))
                if tid not in rows:
                    del look.known[tid]  # moved to another board: no longer ours to watch
            except PageGone:
                look.gone(tid)
            except (LoginAsked, LoginRefused):
                # Some engines ask for a log-in where nothing is. What the board lists is there.
                if tid in rows:
                    raise
                look.gone(tid)
            except (SourceBusy, SourceDown):
                # What was read so far is kept; the rest has kept its old mark and comes at the next look.
                if not look.read:
                    raise
                break
        return look.result()

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """Send the topic's reply form, with a short quote of the customer above ``text``.

        It is sent again only where the forum showed the form once more and said that nothing was taken.
        """
        if not self.form_tells_gone:
            await self._expect(target, now)
        form, page = await self._reply_form(target)
        for left in reversed(range(_SENDINGS)):
            answer = await self.send(form, self.fill_reply(form, target, text), page.charset)
            again = self.form_to_repeat(answer, form) if left else None
            if again is None:
                break
            form, page = again, answer
        try:
            return self.read_outcome(answer)
        except LoginAsked as error:
            self._logged_in = False
            raise SourceDown(f"the session ended, the reply was not taken: {error.detail}") from error

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our post with this text on the topic's newest pages; a post into which the forum merged it counts too."""
        wanted = squeeze(text)
        page = await self._newest(target.container_id, now)
        for _ in range(_FIND_PAGES):
            for post in reversed(page.posts):
                if self._is_ours(post, page.quoted[post.external_id], target) and wanted in squeeze(post.text):
                    return post
            if page.page <= 1:
                break
            page = await self._topic_page(target.container_id, now, page.page - 1, page.step)
        return None

    async def _expect(self, target: ReplyTarget, now: datetime) -> None:
        """Raise `PageGone` where the topic was read to its beginning and the post to answer is not in it."""
        page = await self._newest(target.container_id, now)
        for _ in range(_PAGES_BACK):
            if any(post.external_id == target.external_id for post in page.posts):
                return
            if page.page <= 1:
                raise PageGone("the post to answer is gone from its topic")
            page = await self._topic_page(target.container_id, now, page.page - 1, page.step)

    async def check(self, *, now: datetime) -> Health:
        """Read the board and its newest topic; where we write, log in and open a reply form without sending it."""
        tid, note = self._topic, ""
        if tid is None:
            board = await self._board_page(now, 1)
            note = _zone_note(board, self.zone, now)
            newest = max(
                board.topics, key=lambda row: row.last_at or datetime.min.replace(tzinfo=now.tzinfo), default=None
            )
            tid = newest.tid if newest else None
        if tid is None:
            if self.options.write:
                await self._log_in()
            return Health(True, ("readable, logged in" if self.options.write else "readable") + ", no topic yet" + note)
        page = await self._newest(tid, now)
        last = page.posts[-1]
        if not self.options.write:
            return Health(True, "readable" + note, last)
        await self._log_in()
        target = ReplyTarget(tid, last.external_id, last.author_name, last.author_id, last.text, last.url)
        try:
            await self._reply_form(target)
        except ReplyClosed:
            note += "; its newest topic is closed"
        if self.options.username not in self.options.official:
            name = self.options.username
            return Health(False, f"readable, logged in, but {name!r} is not among the official names{note}", last)
        return Health(True, "readable, logged in, may reply" + note, last)

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """Views and replies of the topics on the board's first page; a topic watched by itself has no such list."""
        if self._topic is not None:
            return ()
        board = await self._board_page(now, 1)
        return tuple(
            Measure(metric, value, row.tid)
            for row in board.topics
            for metric, value in ((Metric.VIEWS, row.views), (Metric.COMMENTS, row.replies))
        )

    # --- for engines: requests of the account -------------------------------------------------------------

    async def get(self, url: str, jar: Jar | None = None) -> Answer:
        """A page as the account sees it, or with the cookies of ``jar``."""
        jar = self.member if jar is None else jar
        answer = await self._http.get(url, jar=jar, charset=self.options.charset, any_status=bool(self.spoken))
        return self._spoken(answer)

    async def send(
        self, form: Form, values: dict[str, str], charset: str, lost: type[SourceError] = ReplyUnknown
    ) -> Answer:
        """Send ``form`` once with ``values`` in it, as the account; nowhere but to the forum's own host.

        Raises ``lost`` when it may have arrived but its answer did not.
        """
        url = self._own(form.action)
        if self.form_age:
            await asyncio.sleep(self.form_age)
        answer = await self._http.post(
            url,
            body=form_body(form.filled(**values), charset),
            jar=self.member,
            charset=self.options.charset,
            lost=lost,
            any_status=bool(self.spoken),
        )
        if answer.status >= 500:
            raise lost(f"HTTP {answer.status} from {redact(url)}")
        return answer if answer.status < 400 else self._spoken(answer)

    def _spoken(self, answer: Answer) -> Answer:
        """The answer, unless its status is a failure that the page does not explain better."""
        try:
            return refuse_status(answer)
        except PageUnreadable:
            if answer.status in self.spoken:
                return answer
            raise

    # --- one look -----------------------------------------------------------------------------------------

    async def _rows(self, look: Looking) -> dict[str, TopicRow]:
        """The board's topics, latest post first: further pages only while all of a page is news."""
        rows: dict[str, TopicRow] = {}
        step = 0
        for page in range(1, _BOARD_PAGES + 1):
            board = await self._board_page(look.now, page, step)
            step = board.step or step
            fresh = [row for row in board.topics if row.tid not in rows]
            rows.update((row.tid, row) for row in fresh)
            seen_before = any(look.of(row.tid).mark == row.mark for row in fresh if not row.sticky)
            if not look.known or seen_before or page >= board.pages:
                break
        look.whole = page >= board.pages
        if not rows and look.known:
            raise NothingFound("the board lists no topic where there were some")
        return rows

    async def _read_topic(self, look: Looking, tid: str, row: TopicRow | None = None) -> None:
        """The topic's newest page, and as many before it as it takes to meet a post known."""
        one = look.of(tid)
        page = await self._newest(tid, look.now)
        pages = [page]
        while len(pages) < _PAGES_BACK and goes_further(look, one, page):
            page = await self._topic_page(tid, look.now, page.page - 1, page.step)
            pages.append(page)
        seen = {post.external_id: post for part in reversed(pages) for post in part.posts}
        look.posts.extend(seen.values())
        look.read += 1
        if len(pages) >= pages[0].pages and pages[-1].page <= 1:
            look.complete.add(tid)
        last = max(post.published_at for post in seen.values())
        look.known[tid] = KnownTopic(
            mark=row.mark if row else one.mark,
            pid=max(map(number, seen)),
            read=look.clock,
            last=int((row.last_at if row and row.last_at else last).timestamp()),
        )

    # --- pages --------------------------------------------------------------------------------------------

    async def _newest(self, tid: str, now: datetime) -> TopicPage:
        """The topic's last page; one more request where the engine led to another (a member's first unread post)."""
        page = await self._topic_page(tid, now, NEWEST)
        if page.page < page.pages:
            page = await self._topic_page(tid, now, page.pages, page.step)
        return page

    async def _board_page(self, now: datetime, page: int, step: int = 0) -> BoardPage:
        return await self._page(self.board_url(page, step), lambda answer: self.read_board(answer, now))

    async def _topic_page(self, tid: str, now: datetime, page: int, step: int = 0) -> TopicPage:
        return await self._page(self.topic_url(tid, page, step), lambda answer: self.read_topic(answer, now, tid))

    async def _page(self, url: str, parse: Callable[[Answer], _Page]) -> _Page:
        """A page as a guest, or as the member once guests were turned away."""
        if not self._read_as_member:
            try:
                return parse(await self.get(url, self._guest))
            except LoginAsked:
                if not self.options.username:
                    raise
        await self._log_in()
        try:
            page = parse(await self.get(url))
        except LoginAsked:
            self._logged_in = False
            await self._log_in()
            page = parse(await self.get(url))
        self._read_as_member = True
        return page

    async def _reply_form(self, target: ReplyTarget) -> tuple[Form, Answer]:
        """The reply form with the target quoted in it, as its "Reply" button opens it."""
        for attempt in (1, 2):
            await self._log_in()
            answer = await self.get(self.reply_url(target))
            try:
                form = self.read_reply_form(answer)
            except LoginAsked:
                self._logged_in = False
                if attempt == 1:
                    continue
                raise
            if form is not None:
                return form, answer
            break
        raise PageUnreadable("no reply form on the page")

    # --- the account --------------------------------------------------------------------------------------

    async def _log_in(self) -> None:
        """Log the account in, unless it is. A refusal is final: it is raised again, not tried again."""
        async with self._login_turn:
            if self._login_refused is not None:
                raise type(self._login_refused)(self._login_refused.detail)
            if self._logged_in:
                return
            if not self.options.username or not self.options.password:
                raise LoginRefused("no name or password is given for this forum")
            self.member.clear()
            try:
                await self.send_login()
            except (LoginRefused, CaptchaAsked) as error:
                self._login_refused = error
                raise
            self._logged_in = True

    def _own(self, address: str) -> str:
        """The address when it is on the forum's own host: a form that leads elsewhere would take our password there."""
        there, here = urlsplit(address), urlsplit(self.options.url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise AddressRefused(f"a form of {here.netloc} leads to another place: {there.scheme}://{there.netloc}")
        return address

    def _is_ours(self, post: SeenPost, quoted: frozenset[str], target: ReplyTarget) -> bool:
        """An official post that answers the target: it quotes it, or quotes nobody else and came later."""
        if post.author_name not in self.options.official | {self.options.username}:
            return False
        if target.external_id in quoted:
            return True
        if quoted or number(post.external_id) <= number(target.external_id):
            return False
        return not post.quoted_authors or target.author_name in post.quoted_authors


def _zone_note(board: BoardPage, zone: ZoneInfo, now: datetime) -> str:
    if now.astimezone(board.zone).utcoffset() == now.astimezone(zone).utcoffset():
        return ""
    return f"; its clock runs at {now.astimezone(board.zone):%z}, not as {zone.key}"
