"""The article in a web page, by trafilatura: its text without menus, its title, date and outlet.

Some pages take trafilatura minutes (a table row of 100,000 cells, an element with 100,000 attributes). A page that
looks like one of them is parsed in a process of its own, with limits of time and memory.
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import trafilatura
from pydantic import JsonValue

from entityrel.errors import RecordError

__all__ = ["MAX_BYTES", "Page", "extract"]

#: Larger pages are not parsed.
MAX_BYTES = 20_000_000
#: What a page may have to be parsed here: so many bytes, tags, and bytes in one tag. Pages of news sites have some
#: thousand tags.
_USUAL_BYTES, _USUAL_TAGS, _USUAL_TAG = 5_000_000, 30_000, 100_000
_LONG_TAG = re.compile(rb"<[^<>]{%d}" % _USUAL_TAG)
#: What any other page may cost: seconds, and bytes of memory.
_SECONDS, _MEMORY = 30.0, 4 << 30

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


def extract(raw: bytes, encoding: str | None = None) -> Page:
    """The article of a page.

    Offsets of annotations refer to the extracted text.

    Args:
        raw: The page.
        encoding: What its server says that its encoding is; else what the page declares.

    Raises:
        RecordError: If no article text is found in it, or it is too large, or takes too long.
    """
    if len(raw) > MAX_BYTES:
        raise RecordError(f"the page is larger than {MAX_BYTES // 1_000_000} MB")
    if len(raw) > _USUAL_BYTES or raw.count(b"<") > 2 * _USUAL_TAGS or _LONG_TAG.search(raw):
        return _extract_apart(raw, encoding)
    return _extract(raw, encoding)


def _extract(raw: bytes, encoding: str | None) -> Page:
    try:
        found = trafilatura.bare_extraction(_decoded(raw, encoding), with_metadata=True, include_comments=False)
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


def _decoded(raw: bytes, encoding: str | None) -> bytes | str:
    try:
        return raw.decode(encoding) if encoding else raw
    except (LookupError, UnicodeDecodeError):  # the server was wrong
        return raw


def _extract_apart(raw: bytes, encoding: str | None) -> Page:
    command = [sys.executable, "-m", "entityrel.corpus.html", encoding or ""]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise RecordError(f"the page was not parsed within {_SECONDS:g} s") from error
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise RecordError(f"the page cannot be parsed: its process ended with exit code {done.returncode}") from error
    if "error" in answer:
        raise RecordError(answer["error"])
    return Page(**answer)


def _main() -> None:
    """Parse the page on standard input; its fields, or what is wrong, go to standard output as JSON."""
    try:
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        # Nobody counts the time of this process where the one that reads was killed.
        resource.setrlimit(resource.RLIMIT_CPU, (int(_SECONDS) + 1,) * 2)
    except ImportError:  # Windows
        pass
    try:
        answer: dict[str, object] = asdict(_extract(sys.stdin.buffer.read(), sys.argv[1] or None))
    except RecordError as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {"error": f"the page needs more than {_MEMORY >> 30} GB of memory"}
    print(json.dumps(answer))


if __name__ == "__main__":
    _main()
