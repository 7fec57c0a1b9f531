"""Telegram deliveries: one worker per chat, in order of urgency, at the pace that Telegram allows that chat."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from bot.chat import Chat, Pace
from bot.domain.clock import Clock
from bot.domain.errors import ChatDown, ChatError, ChatFlood, ChatGone, ChatMoved, MessageGone
from bot.outbox.render import Drawn, Renderer
from bot.pictures import png
from bot.store import Database, Store, deliveries, moving, replies, settings
from bot.store.deliveries import Delivery, Kind, Priority

BURST = 8
"""New cards waiting at once above which the rest folds into the digest."""
SHOWN_OF_BURST = 3
"""How many of a burst still get cards of their own."""
BOARD_EVERY = 20.0
"""Seconds between two edits of the board: it must not eat the group's twenty a minute."""
GONE_REST = 60.0
"""Seconds until a chat that shut us out is tried again."""
PAUSE = 5.0
"""Seconds of rest after a failure that is not one delivery's."""
GIVE_UP = 5
"""Attempts after which a delivery that fails for an unforeseen reason is put aside."""

log = logging.getLogger(__name__)


class Deliverer:
    """Runs until cancelled; a row leaves "pending" only when Telegram took it or refused it for good."""

    def __init__(self, store: Store, chat: Chat, renderer: Renderer, clock: Clock, *, undo_window: timedelta) -> None:
        self._store = store
        self._chat = chat
        self._renderer = renderer
        self._clock = clock
        self._undo_window = undo_window
        self._paces: dict[int, Pace] = {}
        self._workers: dict[int | None, asyncio.Task[None]] = {}
        self._board_at = -BOARD_EVERY

    async def run(self) -> None:
        """Serve every chat that has something pending; sleeps until the bell or the next due time."""
        await self._store.write(deliveries.recover)
        bell = self._store.bells.chat
        try:
            while True:
                bell.clear()
                due = self._wake_workers()
                wait = None if due is None else max(0.05, due - self._clock.now().timestamp())
                await self._clock.wait(bell, wait)
        finally:
            for worker in self._workers.values():
                worker.cancel()
            await asyncio.gather(*self._workers.values(), return_exceptions=True)

    def _wake_workers(self) -> float | None:
        """Start a worker for every chat with something due; returns when the next of the others is due."""
        now = self._clock.now().timestamp()
        served = [chat_id for chat_id, worker in self._workers.items() if not worker.done()]
        pending, group = self._store.glance(lambda db: (deliveries.chats_due(db, served), settings.group(db)))
        later = []
        for chat_id, due in pending:
            if chat_id is None and group is None:
                continue
            if due <= now:
                self._workers[chat_id] = asyncio.create_task(self._serve(chat_id))
            else:
                later.append(due)
        return min(later, default=None)

    async def _serve(self, addressed: int | None) -> None:
        """Send what is due to one chat until nothing is."""
        try:
            while (chat_id := addressed or await self._store.read(settings.group)) is not None:
                pace = self._paces.setdefault(chat_id, Pace(group=chat_id < 0))
                if (wait := pace.wait(self._clock.monotonic())) > 0:
                    await self._clock.wait(asyncio.Event(), wait)
                if addressed is None:
                    await self._fold_burst(chat_id)
                delivery = await self._store.read(lambda db: deliveries.next_for(db, addressed, self._clock.now()))
                if delivery is None:
                    return
                await self._deliver(delivery, chat_id, pace)
        except Exception:
            # The store itself fails, on a full disk say: trying again at once would only fill the log.
            log.exception("chat=%s cannot be served; trying again in %.0f s", addressed, PAUSE)
            await self._clock.wait(asyncio.Event(), PAUSE)
        finally:
            self._store.bells.chat.set()

    async def _fold_burst(self, group: int) -> None:
        """More new cards than people can read at once become a digest."""

        def work(db: Database) -> None:
            new = deliveries.pending_cards(db, group)
            if len(new) > BURST:
                now = self._clock.now()
                deliveries.fold(db, new[SHOWN_OF_BURST:])
                deliveries.put(db, None, Kind.DIGEST, "", {}, Priority.NEW, now)

        pending = await self._store.read(lambda db: deliveries.pending_cards(db, group))
        if len(pending) > BURST:
            await self._store.write(work)

    async def _deliver(self, delivery: Delivery, chat_id: int, pace: Pace) -> None:
        now = self._clock.now()
        if delivery.kind is Kind.BOARD and (rest := self._board_rest()) > 0:
            await self._again(delivery, rest, "board rests")
            return
        if not await self._store.write(lambda db: deliveries.sending(db, delivery.id)):
            return
        try:
            await self._send(delivery, chat_id, pace, now)
        except ChatError as error:
            await self._failed(delivery, chat_id, pace, error)
        except Exception as error:
            # One card that can't be drawn must not silence the chat.
            log.exception("delivery=%d kind=%s key=%s failed unexpectedly", delivery.id, delivery.kind, delivery.key)
            await self._put_off(delivery, str(error))

    def _board_rest(self) -> float:
        return self._board_at + BOARD_EVERY - self._clock.monotonic()

    async def _send(self, delivery: Delivery, chat_id: int, pace: Pace, now: datetime) -> None:
        if delivery.kind is Kind.NOTED:
            await self._chat.react(chat_id, delivery.payload["message_id"], "✍")
            await self._done(delivery)
            return
        drawn = await self._store.read(lambda db: self._renderer.draw(db, delivery, chat_id, now))
        if drawn is None or (drawn.edits and drawn.edits.shown == drawn.shown):
            await self._done(delivery)
            return
        pace.sent(self._clock.monotonic())
        if delivery.kind is Kind.BOARD:
            self._board_at = self._clock.monotonic()
        if drawn.edit_id is not None:
            await self._chat.edit(chat_id, drawn.edit_id, drawn.card)
            await self._done(delivery)
        elif drawn.edits is not None:
            await self._edit(delivery, chat_id, drawn)
        else:
            await self._post(delivery, chat_id, drawn)

    async def _edit(self, delivery: Delivery, chat_id: int, drawn: Drawn) -> None:
        assert drawn.edits is not None  # noqa: S101
        message_id = drawn.edits.message_id
        await self._chat.edit(chat_id, message_id, drawn.card)

        def work(db: Database) -> None:
            deliveries.shown(db, chat_id, message_id, drawn.shown, drawn.bucket)
            deliveries.sent(db, delivery.id, self._clock.now())

        await self._store.write(work)

    async def _post(self, delivery: Delivery, chat_id: int, drawn: Drawn) -> None:
        message_id = await self._say(chat_id, drawn)
        now = self._clock.now()

        def work(db: Database) -> None:
            key = delivery.key
            if delivery.kind is not Kind.TEXT:
                deliveries.posted(db, chat_id, message_id, delivery.kind, key, drawn.shown, drawn.bucket)
            deliveries.sent(db, delivery.id, now)
            if delivery.kind is Kind.DRAFT:
                replies.shown(db, int(key), now + self._undo_window)
                self._store.bells.pages.set()

        await self._store.write(work)
        if drawn.pin:
            await self._pin(chat_id, message_id)

    async def _say(self, chat_id: int, drawn: Drawn) -> int:
        if not drawn.svg:
            return await self._chat.send(chat_id, drawn.card, reply_to=drawn.reply_to, silent=drawn.silent)
        # Painting takes a tenth of a second: on a thread, so that nobody's tap waits for it.
        photo = await asyncio.to_thread(png, drawn.svg)
        return await self._chat.send_photo(chat_id, photo, drawn.card, reply_to=drawn.reply_to, silent=drawn.silent)

    async def _pin(self, chat_id: int, message_id: int) -> None:
        try:
            await self._chat.pin(chat_id, message_id)
        except ChatError as error:
            # The board works unpinned too; /setup has told the leads which right is missing.
            log.warning("chat=%d board not pinned: %s", chat_id, error.detail)

    async def _done(self, delivery: Delivery) -> None:
        await self._store.write(lambda db: deliveries.sent(db, delivery.id, self._clock.now()))

    async def _again(self, delivery: Delivery, seconds: float, why: str) -> None:
        due = self._clock.now().timestamp() + seconds
        await self._store.write(lambda db: deliveries.again(db, delivery.id, due, why))

    async def _put_off(self, delivery: Delivery, why: str) -> None:
        """Again a little later, and after `GIVE_UP` attempts aside, with the reason."""
        if delivery.attempts + 1 < GIVE_UP:
            await self._again(delivery, 2.0 ** (delivery.attempts + 1), why)
        else:
            await self._store.write(lambda db: deliveries.failed(db, delivery.id, why))

    async def _failed(self, delivery: Delivery, chat_id: int, pace: Pace, error: ChatError) -> None:
        """What a failure means for the row: again now, again later, or put aside with the reason."""
        log.warning(
            "delivery=%d kind=%s chat=%d failed code=%s: %s",
            delivery.id,
            delivery.kind,
            chat_id,
            error.code,
            error.detail,
        )
        match error:
            case ChatFlood():
                pace.freeze(self._clock.monotonic(), error.retry_after or 1.0)
                await self._again(delivery, 0.0, error.detail)
            case ChatMoved(new_chat_id=new):
                await self._store.write(lambda db: moving.group(db, chat_id, new, self._clock.now()))
                await self._again(delivery, 0.0, error.detail)
            case MessageGone():
                await self._repost(delivery, chat_id)
            case ChatGone() if chat_id < 0:
                await self._again(delivery, GONE_REST, error.detail)
            case ChatDown():
                await self._again(delivery, min(60.0, 2.0 ** min(delivery.attempts, 6)), error.detail)
            case _:
                await self._store.write(lambda db: deliveries.failed(db, delivery.id, error.detail))

    async def _repost(self, delivery: Delivery, chat_id: int) -> None:
        """The message we wanted to edit is gone: a new one takes its place."""

        def work(db: Database) -> None:
            standing = deliveries.current(db, chat_id, delivery.kind, delivery.key)
            if standing is None:
                deliveries.failed(db, delivery.id, "the message to edit is gone")
                return
            deliveries.not_current(db, chat_id, standing.message_id)
            deliveries.again(db, delivery.id, 0.0, "posted anew")

        await self._store.write(work)
