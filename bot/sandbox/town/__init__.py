"""A little town of local communities that speak the platforms' own protocols: a social page and a forum."""

from bot.sandbox.town.control import Town, add_to
from bot.sandbox.town.facebook import Facebook
from bot.sandbox.town.forum import Forum

__all__ = ["Facebook", "Forum", "Town", "add_to"]
