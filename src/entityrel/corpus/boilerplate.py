"""Lines of a scraped page that are no part of the article: links to other articles, subscription lines, credits.

They are marked, not cut, so that offsets stay: in ``meta["boilerplate"]`` of the record, as ``[start, end, kind]``,
and in the notes of each relation that is stated there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import RootModel

from entityrel.knowledge.files import Strict, read_yaml
from entityrel.schema import Provenance, Relation

__all__ = ["NOTE", "Marked", "boilerplate", "in_boilerplate", "mark"]

#: How the note of a relation in boilerplate begins; the kind follows.
NOTE = "in boilerplate: "
#: A longer line is text, whatever words are in it.
_MAX_LINE = 300
#: A headline is shorter, and ends without a full stop.
_MAX_HEADLINE = 160


@dataclass(frozen=True, slots=True)
class Marked:
    """A range of characters that is boilerplate of a kind: related, subscription, rights or credit."""

    start: int
    end: int
    kind: str


class _Kind(Strict):
    starts: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()


class _File(RootModel[Mapping[str, _Kind]]):
    pass


@dataclass(frozen=True, slots=True)
class _Patterns:
    line: tuple[tuple[str, re.Pattern[str]], ...]
    head: tuple[tuple[str, re.Pattern[str]], ...]


@cache
def _patterns() -> _Patterns:
    line, head = [], []
    for name, kind in read_yaml("boilerplate.yaml", _File).root.items():
        # A start that is a word must end there: "Related: …" and "Related", but not "Relatedly" or "Related work is …".
        starts = [re.escape(start) + (r"\s*(?:[:|>»–—-]|$)" if start[-1].isalpha() else "") for start in kind.starts]
        loose = [re.escape(start) + r"\b" for start in kind.starts if " " in start]
        anywhere = [".*" + re.escape(part) for part in kind.contains]
        if alternatives := [*starts, *loose, *anywhere]:
            line.append((name, re.compile("|".join(alternatives), re.IGNORECASE)))
        if kind.heads:
            heads = "|".join(map(re.escape, kind.heads))
            head.append((name, re.compile(rf"(?:{heads})\s*[:>»]?$", re.IGNORECASE)))
    return _Patterns(tuple(line), tuple(head))


def boilerplate(text: str) -> tuple[Marked, ...]:
    """The lines of a text that are boilerplate, in order. Lines longer than 300 characters never are.

    Example:
        >>> [text.kind for text in boilerplate("Iran sent drones.\\n\\nRead also: Russia buys tanks from China")]
        ['related']
    """
    return tuple(_marked(text))


def _marked(text: str) -> Iterator[Marked]:
    patterns = _patterns()
    in_list: str | None = None
    for match in re.finditer(r"[^\n]+", text):
        line = match[0].strip().lstrip("*•-–— \t")
        if not line:
            continue
        kind = None
        if len(line) <= _MAX_LINE:
            kind = next((name for name, pattern in patterns.line if pattern.match(line)), None)
        head = next((name for name, pattern in patterns.head if pattern.match(line)), None)
        if head:
            in_list = head
        elif in_list and kind is None:
            if len(line) <= _MAX_HEADLINE and not line.endswith((".", "!", '."', ".”")):
                kind = in_list
            else:
                in_list = None
        if head or kind:
            yield Marked(match.start(), match.end(), head or kind or "")


def mark(relations: tuple[Relation, ...], marked: tuple[Marked, ...]) -> tuple[Relation, ...]:
    """The relations, those whose evidence begins and ends in boilerplate with a note."""
    return tuple(_noted(item, marked) for item in relations) if marked else relations


def _noted(item: Relation, marked: tuple[Marked, ...]) -> Relation:
    first = next((part for part in marked if part.start <= item.evidence.start < part.end), None)
    last = any(part.start < item.evidence.end <= part.end for part in marked)
    if first is None or not last:
        return item
    why = item.provenance or Provenance()
    return item.model_copy(update={"provenance": why.model_copy(update={"notes": (*why.notes, NOTE + first.kind)})})


def in_boilerplate(item: Relation) -> bool:
    """Whether a relation was marked as stated in boilerplate."""
    return item.provenance is not None and any(note.startswith(NOTE) for note in item.provenance.notes)
