"""Sentences with marks: "[Iran|s] has <sold> [drones|o]"; the roles are s, o and r, the trigger has no role."""

from __future__ import annotations

import re

PIECES = re.compile(r"\[([^|\]]+)\|(\w)\]|<([^>]+)>|([^\[<]+)")


def read_marked(marked: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """The text, and the characters of its marks by role, "t" for the trigger."""
    text = ""
    spans: dict[str, tuple[int, int]] = {}
    for mention, role, trigger, other in PIECES.findall(marked):
        start = len(text)
        text += mention or trigger or other
        if mention or trigger:
            spans.setdefault(role or "t", (start, len(text)))
    return text, spans
