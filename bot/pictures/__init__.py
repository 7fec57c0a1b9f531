"""Pictures: SVG that we write → PNG. Every drawing is pure: the same values give the same picture."""

from bot.pictures.paint import Painted, png
from bot.pictures.week import Block, week_svg

__all__ = ["Block", "Painted", "png", "week_svg"]
