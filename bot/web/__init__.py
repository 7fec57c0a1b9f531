"""The process's own web server: health for supervisors, messages of forms, events of platforms. Off by default."""

from bot.web.parts import Parts, Push
from bot.web.server import WebServer, application, wakes

__all__ = ["Parts", "Push", "WebServer", "application", "wakes"]
