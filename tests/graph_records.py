"""Small annotated articles for the tests of graph and view, written by hand."""

from __future__ import annotations

import re
from typing import Any

from entityrel.schema import AnnotatedArticle

#: Words of the test articles that are entities: label and id.
ENTITIES = {
    "Iran": ("COUNTRY", "IRN"),
    "Tehran": ("COUNTRY", "IRN"),
    "Russia": ("COUNTRY", "RUS"),
    "Ukraine": ("COUNTRY", "UKR"),
    "Syria": ("COUNTRY", "SYR"),
    "China": ("COUNTRY", "CHN"),
    "Kirby": ("PERSON", "john-kirby"),
    "Kanaani": ("PERSON", "nasser-kanaani"),
    "Reuters": ("ORG", "reuters"),
    "Hezbollah": ("ORG", "hezbollah"),
    "Odesa": ("LOC", "odesa"),
    "drones": ("WEAPON", "drone"),
    "missiles": ("WEAPON", "missile"),
    "Kalashnikov": ("PERSON", "kalashnikov"),
    "kalashnikovs": ("WEAPON", "kalashnikov"),
}


def article(identifier: str, text: str, *statements: dict[str, Any], **fields: Any) -> AnnotatedArticle:
    """An annotated article; a statement names its arguments by a word of the text, of which the first is meant.

    Further fields are the article's date, title and url, or go to its ``meta``.
    """
    whole = {"start": 0, "end": len(text)}
    relations = [
        {
            "evidence": whole,
            **{role: mention(text, value) if role in _ROLES else value for role, value in statement.items()},
        }
        for statement in statements
    ]
    entities = [mention(text, found[0], found.start()) for found in _WORDS.finditer(text)]
    record: dict[str, Any] = {"id": identifier, "text": text, "entities": entities, "relations": relations}
    record |= {name: fields.pop(name) for name in ("date", "title", "url") if name in fields}
    record["meta"] = fields
    return AnnotatedArticle.model_validate(record)


def mention(text: str, word: str, start: int | None = None) -> dict[str, Any]:
    """The record of a mention of one of the `ENTITIES`."""
    start = text.index(word) if start is None else start
    label, identifier = ENTITIES[word]
    return {"start": start, "end": start + len(word), "text": word, "label": label, "id": identifier}


_ROLES = {"subject", "object", "recipient", "source"}
_WORDS = re.compile("|".join(rf"\b{word}\b" for word in ENTITIES))

SUPPLY = {"predicate": "transfers", "subject": "Iran", "object": "drones", "recipient": "Russia"}
