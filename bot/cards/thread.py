"""The card of a thread: one message that tells where the thread stands, edited all its life.

Its text depends on the present only through `wait_bucket`, so that a card that nothing happens to is edited a few times
in its first hours and then once a day. Every moment on it is absolute local time, beside the date of the question.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.markup import Mask, lines, link, quoted, words
from bot.cards.plain import LIMIT, Card, utf16
from bot.cards.thread_buttons import thread_buttons
from bot.domain.labels import YES, Dismissal, corrected, said
from bot.domain.model import (
    AnswerKind,
    LabelField,
    Note,
    Post,
    Reason,
    ReplyStatus,
    Sentiment,
    ThreadStatus,
    ThreadView,
    Verdict,
)
from bot.domain.platforms import platform_of
from bot.texts import Html, Texts, reason

NAME = 64
"""UTF-16 units of HTML that a name may take: enough for people and pages, too little to flood a card."""
_TITLE = 160
_QUOTE = 60
_REASONS = 3
_PLACES = 4
_NOTES = 3
_NOTE = 160
_ANSWER = 500
_OPENING_WITH_FOLLOW_UP = 400
_OPEN = frozenset({ThreadStatus.WAITING, ThreadStatus.CLAIMED, ThreadStatus.SNOOZED})
_ANSWERED = frozenset({ThreadStatus.ANSWERED, ThreadStatus.CLOSED})
_LIKELY, _UNLIKELY = 0.6, 0.4
"""Probabilities of needing a reply between which a card says that it may be either."""
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_BUCKETS = (0, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR)


def wait_bucket(seconds: float) -> int:
    """The round number of seconds that a wait is said to be over: 0, 5, 15, 30 min, 1, 2, 4, 8 h, then whole days."""
    if seconds >= _DAY:
        return int(seconds // _DAY) * _DAY
    return _BUCKETS[max(0, bisect_right(_BUCKETS, seconds) - 1)]


def thread_card(
    view: ThreadView, *, mask: Mask, say: Texts, now: datetime, zone: ZoneInfo, picking: bool = False
) -> Card:
    """The card of ``view`` as it stands at ``now``; its HTML never exceeds `LIMIT`, whatever the author wrote.

    ``picking``: choices for the verdict stand in place of the buttons.
    """
    writer = _Writer(view, mask, say, now, zone)
    above, below = writer.above(), writer.below()
    body = writer.posts(LIMIT - utf16(above) - utf16(below) - 2)
    return Card(lines(above, body, below), thread_buttons(view, say, picking=picking))


def platform_icon(platform: str) -> str:
    """The emoji that stands for a platform or a forum engine."""
    return platform_of(platform).icon


def stars_text(stars: int | None) -> str:
    """«★★☆☆☆» for a review, nothing for any other post."""
    return "" if stars is None else "★" * stars + "☆" * (5 - stars)


def refusal_text(code: str | None, say: Texts) -> Html:
    """What happened and what to do, for an error's code."""
    known = code if code and say.knows(f"error.{code}") else "unknown"
    return Html.of(f"{say(f'error.{known}')} {say(f'hint.{known}')}")


def unsure_text(verdict: Verdict, say: Texts) -> str:
    """That a person should look, with how probable it is that the post needs a reply, in words."""
    if verdict.probabilities is None:
        return say("card.unsure")
    needs = verdict.probabilities.needs_reply
    return say(
        "card.unsure_likely"
        if needs >= _LIKELY
        else "card.unsure_unlikely"
        if needs < _UNLIKELY
        else "card.unsure_even"
    )


class _Writer:
    """Writes the parts of one card."""

    def __init__(self, view: ThreadView, mask: Mask, say: Texts, now: datetime, zone: ZoneInfo) -> None:
        self.view, self.mask, self.say, self.now, self.zone = view, mask, say, now, zone

    def above(self) -> Html:
        """Where it stands, whose it is, where and by whom it was written."""
        view, say = self.view, self.say
        place = say.html(
            "card.place",
            icon=platform_icon(view.platform),
            community=words(view.community_name, NAME),
            author=words(view.author_name, NAME, self.mask) or say("card.no_name"),
            time=self._published(),
        )
        if view.edited:
            place = say.html("card.edited", place=place)
        if stars := stars_text(view.opening.stars):
            place = say.html("card.stars", place=place, stars=stars)
        title = words(view.title, _TITLE, self.mask)
        return lines(self._state(), place, say.html("card.title", title=title) if title else "")

    def posts(self, room: int) -> Html:
        """What was written, in its order: the question, the customer's newest post, our last answer."""
        opening, latest, answer = self.view.opening, self.view.latest, self._answer()
        again = self._again(opening, 1) if answer and self._answered_before(opening) else Html("")
        room -= utf16(answer) + utf16(again) + 4
        if latest is None:
            asked = lines(again, self._quote(opening, room))
            return lines(answer, asked) if again else lines(asked, answer)
        asked = lines(again, self._quote(opening, _OPENING_WITH_FOLLOW_UP))
        more = self._again(latest, self.view.posts_waiting)
        newest = lines(more, self._quote(latest, room - utf16(asked) - utf16(more)))
        if again:
            return lines(answer, asked, newest)
        return lines(asked, answer, newest) if self._answered_before(latest) else lines(asked, newest, answer)

    def below(self) -> Html:
        """Why it is here, where the reply is, and what the team noted."""
        view, say = self.view, self.say
        return lines(
            self._marks(),
            self._why() if view.status not in _ANSWERED else "",
            self._copies(),
            say.html("card.turned") if view.turned else "",
            say.html("card.gone") if view.gone else "",
            say.html("card.perhaps") if view.perhaps_answered and view.status in _OPEN else "",
            self._reply(),
            *(self._note(note) for note in view.notes[-_NOTES:]),
            self._how_to(),
        )

    def _state(self) -> Html:
        match self.view.status:
            case ThreadStatus.WAITING:
                return self._waiting()
            case ThreadStatus.CLAIMED:
                return self._claimed()
            case ThreadStatus.SNOOZED:
                return self._snoozed()
            case ThreadStatus.DISMISSED:
                return self._dismissed()
            case _:
                return self._answered()

    def _snoozed(self) -> Html:
        say, until = self.say, self.view.snoozed_until
        state = say.html("card.snoozed", time=self._at(until)) if until else say.html("card.snoozed_open")
        agent = self._agent()
        return say.html("card.with_agent", state=state, agent=agent) if agent else state

    def _dismissed(self) -> Html:
        say, by = self.say, words(self.view.dismissed_by, NAME)
        state = say.html("card.dismissed_by", agent=by) if by else say.html("card.dismissed")
        needs = said(self.view.labels, LabelField.NEEDS_REPLY)
        if needs is None or needs.why is None or needs.why == Dismissal.NOTHING:
            return state
        return say.html("card.dismissed_why", state=state, reason=say(f"dismissal.{needs.why}"))

    def _waiting(self) -> Html:
        say = self.say
        wait = self._wait()
        return say.html("card.waiting", span=say.span(wait)) if wait else say.html("card.new")

    def _claimed(self) -> Html:
        view, say = self.view, self.say
        state = say.html("card.claimed", agent=self._agent() or say("card.someone"))
        if view.claimed_at is not None:
            state = say.html("card.claimed_at", state=state, time=self._at(view.claimed_at))
        wait = self._wait()
        return say.html("card.claimed_waiting", state=state, span=say.span(wait)) if wait else state

    def _answered(self) -> Html:
        view, say = self.view, self.say
        if view.answer_kind is None:
            return say.html("card.closed")
        if view.answer_kind is AnswerKind.PAGE:
            state = say.html("card.answered_on_page")
        else:
            agent = words(view.answer_agent, NAME)
            state = say.html("card.answered_by", agent=agent) if agent else say.html("card.answered")
        if view.answer_seconds is not None:
            state = say.html("card.answered_in", state=state, span=say.span(view.answer_seconds))
        see = say.html("card.see")
        where = link(view.answer_url, see)
        return state if where == see else say.html("card.answered_where", state=state, where=where)

    def _agent(self) -> Html:
        return words(self.view.agent.name, NAME) if self.view.agent else Html("")

    def _wait(self) -> int:
        """Seconds of the bucket that the question has waited, 0 where it is new or nothing waits."""
        since = self.view.waiting_since
        return wait_bucket((self.now - since).total_seconds()) if since else 0

    def _published(self) -> str:
        """When the question was published: "just now, 14:05" while it waits, with its date once it is settled.

        How long ago an older one was is what the line above says; a settled card depends on no clock.
        """
        published, say = self.view.opening.published_at, self.say
        if self.view.waiting_since is None:
            return say.stamp(published, self.zone)
        time = say.clock(published, self.zone, self.now)
        fresh = wait_bucket((self.now - published).total_seconds()) == 0
        return say("card.just_now", time=time) if fresh else time

    def _at(self, moment: datetime) -> str:
        return self.say.stamp(moment, self.zone, beside=self.view.opening.published_at)

    def _again(self, post: Post, posts: int) -> Html:
        say, time = self.say, self._at(post.published_at)
        if posts > 1:
            return say.html("card.follow_up", time=time, posts=say.count("posts_waiting", posts))
        return say.html("card.follow_up_one", time=time)

    def _answered_before(self, post: Post) -> bool:
        """Whether the answer we show is older than ``post``."""
        answered_at = self.view.answered_at
        return self.view.status not in _ANSWERED if answered_at is None else answered_at <= post.published_at

    def _quote(self, post: Post, room: int) -> Html:
        if not words(post.text, NAME):
            return Html(f"<i>{self.say.html('card.no_text')}</i>")
        return quoted(post.text, room, self.mask)

    def _marks(self) -> Html:
        verdict, say = corrected(self.view.verdict, self.view.labels), self.say
        tone = said(self.view.labels, LabelField.SENTIMENT)
        marks = [say(f"topic.{verdict.topic}")]
        if verdict.sentiment is not Sentiment.NEUTRAL or tone is not None:
            marks.append(say(f"sentiment.{verdict.sentiment}"))
        if not verdict.sure:
            marks.append(unsure_text(verdict, say))
        if by := self._labelled_by():
            marks.append(say.html("card.labelled", agent=by))
        return say.html("card.marks", marks=Html(" · ".join(marks)))

    def _labelled_by(self) -> Html:
        """Whose word the topic and the sentiment are, where it is not triage's."""
        told = [label for label in self.view.labels if label.field is not LabelField.NEEDS_REPLY]
        return Html(", ".join(dict.fromkeys(words(label.agent_name, NAME) for label in told)))

    def _why(self) -> Html:
        needs = said(self.view.labels, LabelField.NEEDS_REPLY)
        if needs is not None and needs.value == YES and not self.view.verdict.needs_reply:
            return self.say.html("card.why_team", agent=words(needs.agent_name, NAME) or self.say("card.someone"))
        shown = (
            reason(Reason(one.code, words(one.quote, _QUOTE, self.mask)), self.say.lang)
            for one in self.view.verdict.why[:_REASONS]
        )
        # The quotes came out of words() escaped, and no text of a catalogue needs escaping.
        return self.say.html("card.why", why=Html("; ".join(shown)))

    def _copies(self) -> Html:
        """How many others wrote the same, and where."""
        say, copies = self.say, self.view.copies
        if copies is None:
            return Html("")
        shown = [
            say.html("card.copies_where", community=words(name, NAME), n=say.number(number))
            for name, number in copies.places[:_PLACES]
        ]
        if len(copies.places) > _PLACES:
            shown.append(Html("…"))
        return say.html("card.copies", n=say.number(copies.total), places=Html(", ".join(shown)))

    def _answer(self) -> Html:
        view, say = self.view, self.say
        if not view.answer_text:
            return Html("")
        agent = words(view.answer_agent, NAME)
        if view.status in _ANSWERED:
            head = say.html("card.answer")
        elif agent:
            head = say.html("card.answer_before_by", agent=agent)
        else:
            head = say.html("card.answer_before")
        return lines(head, quoted(view.answer_text, _ANSWER, self.mask))

    def _reply(self) -> Html:
        reply, say = self.view.reply, self.say
        if reply is None or self.view.status in _ANSWERED:
            return Html("")
        if reply.status is ReplyStatus.REFUSED:
            return say.html("card.reply.refused", refusal=refusal_text(reply.refusal, say))
        if reply.status in (ReplyStatus.CANCELLED, ReplyStatus.VERIFIED):
            return Html("")
        return say.html(
            f"card.reply.{reply.status}",
            agent=words(reply.agent_name, NAME),
            hint=say("hint.unknown_outcome"),
        )

    def _note(self, note: Note) -> Html:
        return self.say.html("card.note", agent=words(note.agent_name, NAME), text=words(note.text, _NOTE))

    def _how_to(self) -> Html:
        view = self.view
        if view.status is not ThreadStatus.CLAIMED or (view.reply and view.reply.status in _MOVING):
            return Html("")
        return self.say.html("card.how_to_write" if view.can_write else "card.how_to_copy")


_MOVING = frozenset(
    {ReplyStatus.DRAFT, ReplyStatus.QUEUED, ReplyStatus.SENDING, ReplyStatus.PUBLISHED, ReplyStatus.HANDED}
)
