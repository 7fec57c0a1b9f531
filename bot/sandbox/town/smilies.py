"""The forum's smilies: codes, names (a page shows only the name, in ``alt``) and small drawn faces."""

import re

SMILIES = (
    (":)", "Smile", "smile"),
    (";)", "Wink", "wink"),
    (":D", "Big Grin", "biggrin"),
    (":P", "Tongue", "tongue"),
    (":(", "Sad", "sad"),
    (":@", "Angry", "angry"),
    (":heart:", "Heart", "heart"),
)
_CODES = re.compile(r"(?<![\w&;])(" + "|".join(re.escape(code) for code, _, _ in SMILIES) + r")(?!\w)")
_NUMBERED = {code: (number, name, file) for number, (code, name, file) in enumerate(SMILIES, start=1)}
_EYES = '<circle cx="8.5" cy="10" r="1.6"/><circle cx="15.5" cy="10" r="1.6"/>'
_MOUTHS = {
    "smile": _EYES + '<path d="M7 14.5q5 5 10 0" fill="none" stroke="#3b2a00" stroke-width="1.6"/>',
    "wink": '<circle cx="8.5" cy="10" r="1.6"/><path d="M13.5 10h4M7 14.5q5 5 10 0" fill="none" stroke="#3b2a00" '
    'stroke-width="1.6"/>',
    "biggrin": _EYES + '<path d="M6.5 13.5h11a5.5 5.5 0 0 1-11 0z" fill="#7a1f12"/>',
    "tongue": _EYES + '<path d="M7.5 14.5h9v1.5a3 3 0 0 1-6 2z" fill="#d9534f"/>',
    "sad": _EYES + '<path d="M7.5 17q4.500-4.500 9 0" fill="none" stroke="#3b2a00" stroke-width="1.6"/>',
    "angry": _EYES + '<path d="M6 7l4 1.800M18 7l-4 1.800M8 17q4-3.500 8 0" fill="none" stroke="#5a0f00" '
    'stroke-width="1.6"/>',
}
_HEART = '<path d="M12 20C2 13 4 5 9 5q2.500 0 3 3 .5-3 3-3c5 0 7 8-3 15z" fill="#d6336c"/>'


def with_faces(escaped: str) -> str:
    """Escaped text with codes replaced by ``<img>``; a code inside a word or an entity stays text."""
    return _CODES.sub(lambda found: _image(found[1]), escaped)


def drawing(file: str) -> str | None:
    """The SVG of a face by its file name, or ``None``."""
    if file == "heart":
        inside = _HEART
    elif file in _MOUTHS:
        face = "#f08a5d" if file == "angry" else "#ffd54a"
        inside = f'<circle cx="12" cy="12" r="10.5" fill="{face}" stroke="#b98900"/>{_MOUTHS[file]}'
    else:
        return None
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="20" height="20">{inside}</svg>'


def _image(code: str) -> str:
    number, name, file = _NUMBERED[code]
    classes = f"smilie smilie_{number}"
    return f'<img src="images/smilies/{file}.png" alt="{name}" title="{name}" class="{classes}" />'
