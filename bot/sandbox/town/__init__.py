"""A little town of local communities that speak the platforms' own protocols: walls, forums, an app's reviews."""

from bot.sandbox.town.control import Town, add_to
from bot.sandbox.town.facebook import Facebook
from bot.sandbox.town.forum import Forum
from bot.sandbox.town.reviews import Reviews
from bot.sandbox.town.vk import VkWall

__all__ = ["Facebook", "Forum", "Reviews", "Town", "VkWall", "add_to"]
