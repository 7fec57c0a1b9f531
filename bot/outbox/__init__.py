"""The outbox: everything outgoing is a row first. Cards go to Telegram, replies to their pages."""

from bot.outbox.deliver import Deliverer
from bot.outbox.publish import Publisher
from bot.outbox.render import Painter, Renderer
from bot.outbox.speak import Speaker

__all__ = ["Deliverer", "Painter", "Publisher", "Renderer", "Speaker"]
