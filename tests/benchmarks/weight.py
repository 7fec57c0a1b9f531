"""Gives the sandbox's lean forum pages the weight of a stock MyBB 1.8, all of it invented: what a parser reads past.

Measured on a MyBB 1.8.37 on loopback: 9 KB before the content, 2.2 KB for each topic of a board, 3 KB for each post,
5 to 8 KB of forms under the list, 2 KB of footer. So a board of 40 KB shows ten topics, a topic of 40 KB seven posts.
"""

from __future__ import annotations

TOPICS = 10
POSTS = 7

_STAR = '<li style="width: 0%"><a class="star star_{n}" title="{n} of 5" href="rate.php?stars={n}">{n}</a></li>'
_STARS = (
    f"<!-- rating --><ul class='star_rating'>{''.join(_STAR.format(n=n) for n in range(1, 6))}</ul><!-- /rating -->"
)
_LINK = '<li><a href="section.php?id={n}" class="section_{n}"><span class="icon"></span>Розділ зразка {n}</a></li>'
_SCRIPT = (
    '<script type="text/javascript">var sample_{n} = {{"number": {n}, "word": "зразок", "shown": false}};</script>'
)
_CHOICE = '<option value="{n}">-- Розділ для вибору, зразок {n}</option>'

_HEADER = f"<div class='menu'><ul>{''.join(_LINK.format(n=n) for n in range(24))}</ul></div>" + "".join(
    _SCRIPT.format(n=n) for n in range(20)
)
_FORMS = (
    f"<form action='jump.php'><select name='section'>{''.join(_CHOICE.format(n=n) for n in range(80))}</select></form>"
)
_FOOTER = f"<ul>{''.join(_LINK.format(n=n) for n in range(15))}</ul>"
_BUTTONS = "".join(
    f"<a class='postbit_{n}' href='button.php?kind={n}' title='Кнопка {n}'><span>Дія зразка {n}</span></a><!-- {n} -->"
    for n in range(10)
)
_WEIGHTS = (
    ('<div id="content"', _HEADER + '<div id="content"'),
    ('<div id="footer">', f'{_FORMS}<div id="footer">{_FOOTER}'),
    ('<td class="trow1 forumdisplay_regular unseen"></td>', f'<td class="trow1 forumdisplay_regular">{_STARS}</td>'),
    ('<div class="post_meta"', f'<div class="buttons">{_BUTTONS}</div><div class="post_meta"'),
)


PROFILE = f"<div class='profile'>{_BUTTONS * 2}</div>"
"""What stands beside a post on other engines: with it a post of the tests' stand-ins weighs 3 KB."""


def weighed(page: str) -> str:
    """The page with the weight on; its topics and posts read the same."""
    for place, heavier in _WEIGHTS:
        page = page.replace(place, heavier)
    return page
