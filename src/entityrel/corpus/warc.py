"""Web archives (WARC): the pages in them, by warcio. Needs the extra ``warc``.

Only answers of servers with status 200 that are HTML count; requests, images, redirects and the rest are passed over.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from entityrel.errors import EntityrelError

try:
    from warcio.archiveiterator import WARCIterator  # type: ignore[import-untyped]
    from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]
except ImportError as error:
    raise EntityrelError("WARC needs warcio: pip install 'entityrel[warc]'") from error

__all__ = ["Answer", "Damage", "answers"]

#: What the header of each record must have, by the standard.
_MANDATORY = ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length")
_HTML = ("text/html", "application/xhtml+xml")
#: What may follow a damaged record: a packed member that begins a record, or a record in a file that is not packed.
_START = re.compile(rb"\x1f\x8b\x08|(?<=\n)WARC/1\.")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """A page as a server sent it.

    Attributes:
        number: The record's place in the file, from 1, requests and the like counted as well.
        id: ``WARC-Record-ID``, a URN.
        url: ``WARC-Target-URI``.
        date: When it was fetched, ISO 8601.
        encoding: What the server says that the encoding is.
        raw: The page.
    """

    number: int
    id: str
    url: str | None
    date: str
    encoding: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """A record that cannot be read: its place in the file, from 1, its id if that could be read, and why."""

    number: int
    id: str | None
    reason: str


def answers(path: Path, max_bytes: int) -> Iterator[Answer | Damage]:
    """The pages of a file, packed (.gz) or not. After a damaged record it goes on with the next one that can be read.

    Args:
        path: The file.
        max_bytes: Of longer pages only one byte more is read: enough to see that they are too long.

    Raises:
        OSError: If the file cannot be read.
    """
    number = 0
    start: int | None = 0
    with path.open("rb") as handle:
        while start is not None:
            handle.seek(start)
            records = WARCIterator(handle)
            begin, ident, damage = start, None, None
            try:
                for record in records:
                    begin, number = records.offset, number + 1
                    found = _answer(record, number, max_bytes)
                    if isinstance(found, Damage):
                        ident, damage = found.id, found.reason
                        break
                    if found:
                        yield found
                else:
                    if records.offset < path.stat().st_size:
                        begin, number, damage = records.offset, number + 1, "its header is cut off"
            except (ArchiveLoadFailed, AttributeError, zlib.error, EOFError, ValueError):
                # An AttributeError is warcio's where the header of an answer names no address.
                if records.err_count:  # there was no line end after the record before: its length is wrong
                    damage = "its length is wrong"
                else:
                    begin, number, damage = records.offset, number + 1, "its header cannot be read"
            if damage is None:
                return
            yield Damage(number, ident, f"the record at byte {begin} is damaged: {damage}")
            start = _next_start(handle, begin + 1)


def _answer(record: Any, number: int, max_bytes: int) -> Answer | Damage | None:
    headers = record.rec_headers
    ident = (headers.get_header("WARC-Record-ID") or "").strip("<>") or None
    if lacking := [name for name in _MANDATORY if not headers.get_header(name)]:
        return Damage(number, ident, f"its header has no {', '.join(lacking)}")
    wanted = _is_page(record)
    try:
        raw = _content(record.content_stream(), max_bytes) if wanted else b""
        while record.raw_stream.read(_BLOCK):  # the rest: other records, and what is too long
            pass
    except Exception as error:  # the packing of one page may be wrong in many ways
        return Damage(number, ident, f"its content cannot be unpacked: {type(error).__name__}: {error}")
    if (missing := record.raw_stream.limit) > 0:
        return Damage(number, ident, f"{missing} bytes are missing")
    if not wanted:
        return None
    charset = _CHARSET.search(record.http_headers.get_header("Content-Type"))
    return Answer(
        number, ident or "", headers.get_header("WARC-Target-URI"), headers.get_header("WARC-Date"),
        charset[1] if charset else None, raw,
    )  # fmt: skip


def _is_page(record: Any) -> bool:
    headers = record.http_headers
    if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
        return False
    kind = (headers.get_header("Content-Type") or "").partition(";")[0]
    return kind.strip().lower() in _HTML


def _content(stream: Any, max_bytes: int) -> bytes:
    content = io.BytesIO()
    while content.tell() <= max_bytes and (block := stream.read(min(_BLOCK, max_bytes + 1 - content.tell()))):
        content.write(block)
    return content.getvalue()


def _next_start(handle: BinaryIO, offset: int) -> int | None:
    """Where the next record begins that looks whole, at or after a byte of the file."""
    handle.seek(offset)
    kept = b""
    while block := handle.read(_BLOCK):
        window = kept + block
        for found in _START.finditer(window):
            place = handle.tell() - len(window) + found.start()
            if found[0].startswith(b"WARC") or _begins_a_record(handle, place):
                return place
        kept = window[-8:]
    return None


def _begins_a_record(handle: BinaryIO, offset: int) -> bool:
    back = handle.tell()
    try:
        handle.seek(offset)
        return zlib.decompressobj(31).decompress(handle.read(4096), 8).startswith(b"WARC/")
    except zlib.error:
        return False
    finally:
        handle.seek(back)
