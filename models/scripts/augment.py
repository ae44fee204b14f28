"""Change a training piece as other outlets would print it; mentions keep their place.

All functions take and give (text, mentions), a mention being (start, end, label) in characters.
"""

import random
import re

Mentions = list[tuple[int, int, str]]

TYPOGRAPHIC = str.maketrans({"'": "\u2019"})
PLAIN = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})


def rewrite(text: str, ents: Mentions, change) -> tuple[str, Mentions]:
    """Apply `change(piece, label or None)` to each mention and each stretch between mentions."""
    out, moved, at = [], [], 0
    length = 0
    for start, end, label in sorted(ents):
        for piece, kind in ((text[at:start], None), (text[start:end], label)):
            new = change(piece, kind)
            if kind:
                moved.append((length, length + len(new), kind))
            out.append(new)
            length += len(new)
        at = end
    out.append(change(text[at:], None))
    return "".join(out), moved


def typographic(text: str) -> str:
    """Turn straight quotes into curly ones; the length stays."""
    text = text.translate(TYPOGRAPHIC)
    return re.sub(r'"(?=\w)', "\u201c", text).replace('"', "\u201d")


def upper_some(piece: str, label: str | None) -> str:
    return piece.upper()


def title_case(piece: str, label: str | None) -> str:
    small = {"of", "the", "in", "to", "for", "on", "and", "a", "an", "with", "from", "by", "at", "as"}
    return re.sub(
        r"[a-z][\w]*",
        lambda m: (
            m[0] if m[0] in small or (m.start() and piece[m.start() - 1] in "'\u2019") else m[0][0].upper() + m[0][1:]
        ),
        piece,
    )


def augment(text: str, ents: Mentions, rng: random.Random) -> tuple[str, Mentions]:
    """Return the piece changed in one way drawn at random."""
    kind = rng.random()
    if kind < 0.35:
        return typographic(text), ents
    if kind < 0.55:
        return text.translate(PLAIN), ents
    if kind < 0.70 and len(text) < 400:
        return rewrite(text, ents, title_case)
    if kind < 0.82 and len(text) < 400:
        return rewrite(text, ents, upper_some)
    if kind < 0.90:
        return rewrite(text, ents, lambda p, k: p.lower() if k == "WEAPON" and not re.search(r"\d", p) else p)
    return rewrite(text, ents, lambda p, k: p.upper() if k in {"PERSON", "LOC"} and rng.random() < 0.4 else p)
