"""What staff see in Telegram, as plain data: one file per kind of message, no Telegram in any of them.

Every function here is pure: the same thread at the same moment gives the same `Card`.
"""

from bot.cards.board import UNFOLD, BoardRow, board, digest, excerpt, mine_page, queue_page
from bot.cards.figures import figures_help, stats_text, top_text, week_text
from bot.cards.incident import incident_card
from bot.cards.plain import LIMIT, TOAST_LIMIT, Button, Card, toast, utf16
from bot.cards.quiet import QuietRow, quiet_page
from bot.cards.replies import draft_card, handed_card, taken_text
from bot.cards.said import plain_text, without_markup
from bot.cards.sources import SourceRow, sources_page
from bot.cards.team import (
    alarm,
    double,
    follow_up,
    help_text,
    not_a_member,
    recovered,
    setup_done,
    welcome,
)
from bot.cards.thread import thread_card, wait_bucket

__all__ = [
    "LIMIT",
    "TOAST_LIMIT",
    "UNFOLD",
    "BoardRow",
    "Button",
    "Card",
    "QuietRow",
    "SourceRow",
    "alarm",
    "board",
    "digest",
    "double",
    "draft_card",
    "excerpt",
    "figures_help",
    "follow_up",
    "handed_card",
    "help_text",
    "incident_card",
    "mine_page",
    "not_a_member",
    "plain_text",
    "queue_page",
    "quiet_page",
    "recovered",
    "setup_done",
    "sources_page",
    "stats_text",
    "taken_text",
    "thread_card",
    "toast",
    "top_text",
    "utf16",
    "wait_bucket",
    "week_text",
    "welcome",
    "without_markup",
]
