"""How a statement is said to a reader: the same words in terminal, notebook and page."""

from __future__ import annotations

import html

from entityrel.graph.flatten import clean_text
from entityrel.schema import Relation

__all__ = ["escape", "qualification", "shorten"]


def escape(text: str) -> str:
    """Text for HTML, in an element or a quoted attribute: escaped, and without control characters."""
    return html.escape(clean_text(text), quote=True)


def qualification(relation: Relation) -> str:
    """Polarity and modality where they are not plain ("negated, planned"); empty for a fact."""
    return ", ".join(word for word in (relation.polarity, relation.modality) if word not in ("affirmed", "actual"))


def shorten(text: str, start: int, end: int, length: int) -> str:
    """At most ``length`` characters of a text on one line, around the characters ``start`` to ``end``.

    Example:
        >>> shorten("On Friday, officials said, Iran sent drones to Russia by ship.", 27, 53, 40)
        '…said, Iran sent drones to Russia by sh…'
    """
    if len(text) > length:
        room = max(length - 2, 1)
        first = min(max(0, (start + end - room) // 2), max(0, len(text) - room))
        last = first + room
        text = ("…" if first else "") + text[first:last].strip() + ("…" if last < len(text) else "")
    return " ".join(clean_text(text).split())
