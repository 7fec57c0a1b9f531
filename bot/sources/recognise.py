"""Which engine made a forum's page, and by what one sees it. Pure: markup in, a name with its evidence out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.sources.forum_pages import Markup, utf8


@dataclass(frozen=True, slots=True)
class Recognised:
    """``engine`` is the name that ``platform`` takes, ``evidence`` the piece of the page that shows it."""

    engine: str
    evidence: str


_MARKS: tuple[tuple[str, str], ...] = (
    # What an engine writes about itself comes first, then what only its pages are made of.
    ("vbulletin", r'<meta name="generator" content="vBulletin [345][^"]{0,20}"'),
    ("discourse", r'<meta name="generator" content="Discourse [^"]{1,60}"'),
    ("xenforo", r'<html[^>]{0,300}\bid="(?:XenForo|XF)"'),
    ("phpbb", r'<body[^>]{0,80}\bid="phpbb"'),
    ("smf", r'<body[^>]{0,80}\bid="(?:smf|chrome_body)"|\bsmf_(?:theme_url|scripturl|session_id)\b'),
    ("ips", r"\bipb\.vars\[|\bclass=['\"][^'\"]{0,80}\bipsApp(?:_front)?\b|\bipsSettings\b"),
    ("nodebb", r"og:site_name\" content=\"NodeBB|Powered by NodeBB|/assets/nodebb|component=\"category/topic\""),
    ("vbulletin", r"\bSECURITYTOKEN\s*=\s*\"|vbulletin_(?:global|html|css)|\bid=\"vbulletin_html\""),
    ("mybb", r"\bmy_post_key\b|<!-- start: (?:forumdisplay|showthread)|\bMyBB\.(?:init|whoPosted|popup)"),
    ("ucoz", r"https?://[\w.-]*ucoz\.(?:net|com|ru)/(?:src|\.s)/|/\.s/src/|\bucoz-forum-post\b|\"/index/sub/\""),
    ("phpbb", r"Powered by [^\n]{0,60}phpBB|viewtopic\.php\?(?:f=\d+&(?:amp;)?)?t=\d+|ucp\.php\?mode=login"),
    ("smf", r"Powered by [^\n]{0,40}SMF|index\.php\?(?:PHPSESSID=[\w,-]+&(?:amp;)?)?topic=\d+\.\d+|;topicseen"),
    ("mybb", r"Powered By [^\n]{0,60}MyBB|member\.php\?action=login|forumdisplay\.php\?fid=\d+"),
    ("discourse", r"data-discourse-|\bid=\"data-preloaded\"|discourse-application"),
)
_COMPILED = tuple((engine, re.compile(mark.encode(), re.I)) for engine, mark in _MARKS)
_READ = 400_000
"""Bytes of a page that are looked at."""
_SHOWN = 80

ENGINES = tuple(dict.fromkeys(engine for engine, _ in _MARKS))
"""Every engine that can be told from its pages."""


def recognise(html: Markup) -> Recognised | None:
    """The engine of a page, by the first of its marks that stands there; None where none does."""
    page = utf8(html)[:_READ]
    for engine, mark in _COMPILED:
        if match := mark.search(page):
            return Recognised(engine, " ".join(match[0].decode("utf-8", "replace").split())[:_SHOWN])
    return None
