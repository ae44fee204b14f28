"""The article in a web page, by trafilatura: its text without menus, its title, date and outlet."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import trafilatura
from pydantic import JsonValue

from entityrel.errors import RecordError

__all__ = ["Page", "extract"]

# What it finds wrong with a page becomes a rejection with the page's name; its own messages name no page.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says; ``meta`` has ``outlet`` and ``author`` where the page names them."""

    text: str
    title: str | None
    date: str | None
    url: str | None
    meta: Mapping[str, JsonValue]


def extract(raw: bytes) -> Page:
    """The article of a page in any encoding that the page declares.

    Offsets of annotations refer to the extracted text.

    Raises:
        RecordError: If no article text is found in it.
    """
    try:
        found = trafilatura.bare_extraction(raw, with_metadata=True, include_comments=False)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"the page cannot be parsed: {error}") from error
    if found is None or isinstance(found, dict) or not (found.text or "").strip():
        raise RecordError("no article text is found in the page")
    named = {"outlet": found.sitename, "author": found.author}
    return Page(
        text=found.text or "",
        title=found.title or None,
        date=found.date or None,
        url=found.url or None,
        meta={name: value for name, value in named.items() if value},
    )
