"""Vidhuk: a Telegram team bot for community care."""

__version__ = "0.1.0"
