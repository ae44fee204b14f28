"""Aliases and how they are compared with text: an index that finds all longest aliases of a text in linear time.

A text is cut into pieces (runs of letters, runs of digits, single signs); spaces and hyphens between pieces do not
count, nor do case and accents at first, so that "MiG-29", "MiG 29" and "Mig29" have one key. Then the case must
fit: a lower-case word never stands for a capitalised alias ("turkey", "us", "polish").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

__all__ = ["Alias", "AliasIndex", "Found", "alias_key"]

_PIECE = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+|\d+|[^\s\w]|_")
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212\u00ad"
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u02bb\u0060\u00b4\u2032", "'"))
_GAP = re.compile(rf"[^\S\n]{{0,3}}\n?[^\S\n]{{0,3}}|[^\S\n]?[{_HYPHENS}][^\S\n]?")
_DETERMINERS = ("the", "a", "an")


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of one entity.

    Attributes:
        text: The alias as it is written in running text; it may begin with "the" where the article must be there
            ("the North" is North Korea, "North" alone is not).
        label: COUNTRY, PERSON, ORG, WEAPON or LOC; empty for a phrase that names nothing ("Guinea pig").
        id: The entity's id.
        sense: What kind of name it is: "name", "official", "adjective", "demonym", "alias", "abbreviation",
            "capital", "seat", "surname", "designation", "class", "state" (of the USA), "idiom", or "user" for a
            user's own.
        sure: Whether a match may be asserted as a mention without the recogniser's support.
        yields: Whether another entity has the better claim, so that this one needs support from the article
            ("Congo" for COG, "Moscow" for SUN).
    """

    text: str
    label: str
    id: str
    sense: str
    sure: bool = True
    yields: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A match in a text: half-open character offsets and the aliases that fit there, the best claim first."""

    start: int
    end: int
    aliases: tuple[Alias, ...]


@lru_cache(maxsize=8192)
def _fold(piece: str) -> str:
    if piece.isascii():
        return piece.lower()
    folded = unicodedata.normalize("NFKD", piece.translate(_APOSTROPHES).casefold())
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


def _pieces(text: str) -> list[re.Match[str]]:
    return [piece for piece in _PIECE.finditer(text) if piece.group() not in _HYPHENS]


def alias_key(text: str) -> tuple[str, ...]:
    """The pieces of ``text`` without case, accents, spaces and hyphens.

    Example:
        >>> alias_key("Côte d\u2019Ivoire"), alias_key("MiG-29") == alias_key("Mig 29")
        (('cote', 'd', "'", 'ivoire'), True)
    """
    return tuple(_fold(piece) for piece in _PIECE.findall(text) if piece not in _HYPHENS)


def _case_fits(alias: str, surface: str, all_caps: bool) -> bool:
    """Whether the case of a piece of text allows the piece of an alias to stand for it."""
    if alias == surface or (all_caps and surface.isupper()):
        return True
    if alias.islower():
        return surface[0].isupper() and (surface[1:].islower() or len(surface) == 1 or surface.isupper())
    if surface.istitle() and not alias.isupper() and not alias.istitle() and alias[0].isupper():
        return _plain(alias).capitalize() == _plain(surface)  # "Mig" for "MiG"
    return _plain(alias) == _plain(surface)


def _plain(piece: str) -> str:
    """The piece without accents, with its case."""
    if piece.isascii():
        return piece
    return "".join(sign for sign in unicodedata.normalize("NFKD", piece) if not unicodedata.combining(sign))


class AliasIndex:
    """Finds aliases in text. Aliases given first have the better claim.

    Args:
        aliases: All aliases, in the order of their claim.

    Example:
        >>> korea, mig = Alias("North Korea", "COUNTRY", "PRK", "name"), Alias("MiG-29", "WEAPON", "mig-29", "name")
        >>> index = AliasIndex([korea, mig])
        >>> [(found.start, found.end) for found in index.find("NORTH KOREA flew a Mig 29.")]
        [(0, 11), (19, 25)]
        >>> index.find("the turkey")
        []
    """

    def __init__(self, aliases: Iterable[Alias]) -> None:
        self._table: dict[tuple[str, ...], tuple[Alias, ...]] = {}
        lengths: dict[str, set[int]] = {}
        for alias in aliases:
            key = alias_key(alias.text)
            if not key:
                continue
            known = self._table.get(key, ())
            if alias not in known:
                self._table[key] = (*known, alias)
            lengths.setdefault(key[0], set()).add(len(key))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def __len__(self) -> int:
        return sum(map(len, self._table.values()))

    def get(self, text: str) -> tuple[Alias, ...]:
        """All aliases with the key of ``text``, with or without a determiner before it; case is not compared."""
        key = alias_key(text)
        bare = key[1:] if len(key) > 1 and key[0] in _DETERMINERS else key
        return (*self._table.get(bare, ()), *self._table.get(("the", *bare), ()))

    def find(self, text: str) -> list[Found]:
        """The longest aliases in ``text``, from left to right; matches do not overlap. A leading "the" is left out."""
        return list(self._find(text))

    def _find(self, text: str) -> Iterator[Found]:
        pieces = _pieces(text)
        folded = [_fold(piece.group()) for piece in pieces]
        position, last = 0, len(pieces)
        while position < last:
            width, fitting = self._longest(text, pieces, folded, position)
            if width and folded[position] == "the":
                # "the North" of "the North Sea", "the Kingdom" of "the Kingdom of Jordan"
                further, other = self._longest(text, pieces, folded, position + 1)
                if 1 + further > width:
                    position, width, fitting = position + 1, further, other
                elif all(alias.text.startswith("the ") for alias in fitting):
                    position, width = position + 1, width - 1
            if width:
                yield Found(pieces[position].start(), pieces[position + width - 1].end(), fitting)
            position += width or 1

    def _longest(
        self, text: str, pieces: list[re.Match[str]], folded: list[str], position: int
    ) -> tuple[int, tuple[Alias, ...]]:
        """How many pieces the longest alias at ``position`` has, and the aliases; 0 and none without a match."""
        if position >= len(pieces):
            return 0, ()
        for length in self._lengths.get(folded[position], ()):
            if position + length > len(pieces):
                continue
            known = self._table.get(tuple(folded[position : position + length]))
            if (
                known
                and _ends_word(text, pieces[position], pieces[position + length - 1])
                and (fitting := self._fitting(known, text, pieces[position : position + length]))
            ):
                return length, fitting
        return 0, ()

    @staticmethod
    def _fitting(known: tuple[Alias, ...], text: str, pieces: list[re.Match[str]]) -> tuple[Alias, ...]:
        surface = [piece.group() for piece in pieces]
        gaps = [text[left.end() : right.start()] for left, right in pairwise(pieces)]
        if not all(_GAP.fullmatch(gap) for gap in gaps):
            return ()
        joined = "".join(surface)
        all_caps = joined.isupper() and len(joined) > 3
        return tuple(alias for alias in known if _fits(alias.text, surface, gaps, all_caps))


def _ends_word(text: str, first: re.Match[str], last: re.Match[str]) -> bool:
    """Whether no letter or digit touches the pieces: "T-72" is not in "T-72B3", nor "Iran" in "2Iran"."""
    before, after = text[first.start() - 1 : first.start()], text[last.end() : last.end() + 1]
    return not (before.isalnum() and text[first.start()].isalnum()) and not (
        after.isalnum() and text[last.end() - 1].isalnum()
    )


@lru_cache(maxsize=8192)
def _parts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    pieces = _pieces(text)
    gaps = tuple(text[left.end() : right.start()] for left, right in pairwise(pieces))
    return tuple(piece.group() for piece in pieces), gaps


def _fits(alias: str, surface: list[str], gaps: list[str], all_caps: bool) -> bool:
    parts, alias_gaps = _parts(alias)
    if not all(_case_fits(part.translate(_APOSTROPHES), piece.translate(_APOSTROPHES), all_caps)
               for part, piece in zip(parts, surface, strict=True)):  # fmt: skip
        return False
    for position, (want, have) in enumerate(zip(alias_gaps, gaps, strict=True)):
        left, right = surface[position], surface[position + 1]
        signs = not (left[-1].isalnum() and right[0].isalnum())
        if signs and bool(want) != bool(have):
            return False
        # "A 10 per cent rise" is no A-10: a single letter and a number belong together only without a space.
        lone = len(left) == 1 and right.isdigit()
        if not signs and lone and have.isspace() and not want.isspace():
            return False
    return True
