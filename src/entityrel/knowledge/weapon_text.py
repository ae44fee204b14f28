"""Weapons in running text: known designations, designations by their form, and class phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from entityrel.knowledge.weapon_grammar import TOKEN, Phrase
from entityrel.knowledge.weapon_names import normal_phrase

if TYPE_CHECKING:
    from entityrel.knowledge.weapons import Weapons

__all__ = ["WeaponFinder", "WeaponSpan"]


@dataclass(frozen=True, slots=True)
class WeaponSpan:
    """A weapon in a text: half-open character offsets and the id.

    Attributes:
        sure: Whether it is a weapon without further evidence.
        sense: "designation" of a known system, "parsed" for one that only its form tells, or "class".
    """

    start: int
    end: int
    id: str
    sure: bool
    sense: Literal["designation", "parsed", "class"]


#: What follows a prefix that makes it a designation.
_NUMBER = r"[- ]?\d{1,3}[A-Z]{0,4}\d{0,2}[A-Z]?(?:/[A-Z\d][\w-]*)?(?![\w%/])"
#: Letters and digits that are a designation only before a class noun.
_WEAK = re.compile(
    r"(?<![\w-])(?:(?:Type|Project|Mk|Mark|Model)[ -]?\d{1,5}[A-Z]{0,3}"
    r"|(?:[A-Z][A-Za-z]{0,3}[-/]?){1,2}[- ]?\d{1,4}[A-Z]{0,3}(?:-?[A-Z]?\d{1,2}[A-Z]?)?|\d[A-Z]\d{1,3}[A-Z]?\d?"
    r"|[A-Z][a-z]{3,}-\d{1,4}[A-Z]{0,3}|[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,2}[- ]class)"
    r"(?:/[A-Z\d][\w-]*)?(?=s?(?![\w%/]))"
)
#: What follows the prefix of a navy: the name of a ship.
_SHIP = r"(?: (?:[A-Z]\.|[A-Z][\w'’-]+|of|de|the)){0,4}? [A-Z][\w’-]+(?: (?:[A-Z]\.|[A-Z][\w’-]+)){0,3}"
#: Roads, meetings, flights, viruses, civil airliners and the like: letter and number, but no weapon.
_NO_WEAPON = re.compile(
    r"(?:[ABEGM]\d{1,2}|[DGP]-?\d{1,2}|A3\d\d\w*|B?7\d7\w*|ATR.*|CRJ.*|E1\d\d|MD-?[189]\d|COVID.*|H\dN\d"
    r"|[A-Z]{2} \d{3,4}|UN .*|No.*|Art.*|Sec.*|FY.*|CO2|PM\d.*|[1-4]Q\d*|Q\d|[A-Z]\w+ (?:19|20)\d\d"
    r"|(?:In|On|At|By|The|Of|To|Up|And|For|From|Over|Some|All|Its|But|With|May|June|July|March|April|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sep|Sept|Oct|Nov|Dec)\b.*|First-class|World-class|.*(?:Working|Middle|Business|Upper)[- ]class)$",
    re.I,
)
#: What may stand between a designation and its class noun: "F-16 Block 70 fighters".
_BLOCK = re.compile(r" (?:Block|Mk|Mark|Mod|Batch|Flight|Tranche)\.? ?[\dIVX]+\w*\+?(?!\w)")
_AND = re.compile(r"(?:,|,? (?:and|or)|/| and/or) ")
_LIKE = re.compile(r"-(?:type|style|pattern|like|derived)$")
_SHIP_NAME = re.compile(r" ((?:[A-Z][\w’'-]+|[A-Z]\.)(?: (?:[A-Z]\.|[A-Z][\w’-]+|the Great)){0,2})")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n]|[.!?][\"”’')])\s*[\"“‘'(\[]?$")


class WeaponFinder:
    """Finds the weapons of a text from left to right, the longest first.

    Args:
        weapons: What is known.
    """

    def __init__(self, weapons: Weapons) -> None:
        self._weapons = weapons
        self._grammar = weapons.grammar
        words = weapons.grammar.file
        self._brands = frozenset(words.brands)
        self._not_names = frozenset(words.not_names)
        self._company = re.compile(rf" (?:{'|'.join(words.companies)})\b")
        #: Forms that need no class noun beside them.
        self._strong = re.compile(
            rf"(?<![\w-])(?:(?:{'|'.join(words.prefixes)}){_NUMBER}|(?:{'|'.join(words.navies)}){_SHIP})"
        )

    @cached_property
    def _names(self) -> dict[str, tuple[str, bool]]:
        """Every spelling of every name: id, and whether it is sure."""
        names: dict[str, tuple[str, bool]] = {}
        for text, id, sure in self._weapons.aliases():
            names.setdefault(text, (id, sure))
            if any(char.isdigit() for char in text):  # headlines and chat: "MIG-29", "f-16s"
                names.setdefault(text.upper(), (id, sure))
                if " " not in text:
                    names.setdefault(text.lower(), (id, sure and "-" in text))
            elif not text.isupper():
                names.setdefault(text.upper(), (id, False))
        return names

    @cached_property
    def _widths(self) -> dict[str, int]:
        """How many tokens the longest name with this first token has."""
        widths: dict[str, int] = {}
        for text in self._names:
            words = TOKEN.findall(text)
            if words:
                widths[words[0]] = max(len(words), widths.get(words[0], 0))
        return widths

    def find(self, text: str) -> Iterator[WeaponSpan]:
        """See `Weapons.find`."""
        tokens = [match.span() for match in TOKEN.finditer(text)]
        by_form = dict(self.designations(text))
        at, reached = 0, 0
        while at < len(tokens):
            start = tokens[at][0]
            span = self._name_at(text, tokens, at) or self._form_at(text, start, by_form)
            span = span or self._class_at(text, tokens, at)
            if span is None:
                at += 1
                continue
            if span.id:
                yield WeaponSpan(max(span.start, reached), span.end, span.id, span.sure, span.sense)
            reached = span.end
            while at < len(tokens) and tokens[at][0] < reached:
                at += 1

    def _name_at(self, text: str, tokens: list[tuple[int, int]], at: int, nickname: bool = True) -> WeaponSpan | None:
        """The longest known name at a token, with a maker before it and a class phrase behind it."""
        start = tokens[at][0]
        for first in range(min(at + 2, len(tokens) - 1), at - 1, -1):
            if first > at and text[start : tokens[first][0] - 1] not in self._brands:
                continue
            width = self._widths.get(_LIKE.sub("", text[slice(*tokens[first])]), 0)
            for last in range(min(first + width, len(tokens)) - 1, first - 1, -1):
                end = tokens[last][1]
                name = " ".join(text[tokens[first][0] : end].split())
                known = self._names.get(_LIKE.sub("", re.sub(r"['’]s$", "", name)))
                if known and not self._company.match(text, end):
                    stop = end - 2 if name.endswith(("'s", "’s")) and name not in self._names else end
                    if nickname and last + 1 < len(tokens) and text[stop : tokens[last + 1][0]] == " ":
                        second = self._name_at(text, tokens, last + 1, nickname=False)
                        if second and second.id == known[0]:  # "A-10C Thunderbolt II"
                            return WeaponSpan(start, second.end, known[0], True, "designation")
                    phrase = None if name.endswith("s") and name[:-1] in self._names else self._after(text, stop)
                    sure = known[1] or phrase is not None
                    return WeaponSpan(start, phrase.end if phrase else stop, known[0], sure, "designation")
        return None

    def _after(self, text: str, end: int) -> Phrase | None:
        """The class phrase directly behind a designation, or its block."""
        if block := _BLOCK.match(text, end):
            phrase = self._noun_after(text, block.end())
            return phrase or Phrase(block.end(), "", sure=True)
        return self._noun_after(text, end)

    def _noun_after(self, text: str, end: int) -> Phrase | None:
        if text[end : end + 1] not in (" ", "\u00a0", "-") or not text[end + 1 : end + 2].strip():
            return None
        phrase = self._grammar.phrase_at(text, end + 1)
        if phrase is None or not phrase.class_id:
            return None
        word = text[end + 1 : phrase.end].split(maxsplit=1)[0]
        return phrase if word[0].islower() or word[0].isdigit() or _acronym(word) else None

    def _form_at(self, text: str, start: int, by_form: dict[int, int]) -> WeaponSpan | None:
        if start not in by_form:
            return None
        end = by_form[start]
        return WeaponSpan(start, end, self._weapons.resolve(text[start:end]).id, True, "parsed")

    def _class_at(self, text: str, tokens: list[tuple[int, int]], at: int) -> WeaponSpan | None:
        """The class phrase at a token; with the ship's name behind it ("destroyer Caio Duilio")."""
        start = tokens[at][0]
        phrase = self._grammar.phrase_at(text, start)
        if phrase is None:
            return self._elliptic(text, start, tokens[at][1])
        if text[start - 1 : start] == "." and text[start].isdigit():  # ".50-calibre"
            start -= 1
        found = text[start : phrase.end]
        # capitals in the middle of a sentence are a name's: "Strategic Missile Forces"
        title = found[0].isupper() and not _acronym(found.split()[0]) and not _starts_sentence(text, start)
        named = any(word[0].isupper() and not _acronym(word) for word in found.split()[1:])
        if not phrase.class_id:
            return WeaponSpan(start, phrase.end, "", False, "class")
        if not found.endswith("s"):
            behind = next((i for i in range(at, len(tokens)) if tokens[i][0] > phrase.end), None)
            other = self._name_at(text, tokens, behind) if behind is not None else None
            if other and text[phrase.end : other.start] == " " and self._same_kind(phrase.class_id, other.id):
                return WeaponSpan(start, other.end, other.id, True, other.sense)
            name = _SHIP_NAME.match(text, phrase.end)
            ship = "warship" in self._grammar.paths[phrase.class_id]
            if ship and name and phrase.sure and not title and name[1] not in self._not_names:
                id = self._weapons.resolve(text[start : name.end()]).id
                return WeaponSpan(start, name.end(), id, True, "parsed")
        sure = phrase.sure and not title and not named
        last = self._grammar.head(normal_phrase(found).split())
        if last is not None and last.form.isupper() and not _acronym(found.split()[-1]):  # "Sam" is no SAM
            sure = False
        return WeaponSpan(start, phrase.end, self._weapons.resolve(found).id, sure, "class")

    def _elliptic(self, text: str, start: int, end: int) -> WeaponSpan | None:
        """A modifier that shares the noun of a later one: "cruise" of "cruise and ballistic missiles"."""
        gap = _AND.match(text, end)
        phrase = self._grammar.phrase_at(text, gap.end()) if gap and text[start].islower() else None
        if gap is None or phrase is None or not phrase.class_id:
            return None
        words = text[gap.end() : phrase.end].split()
        whole = f"{text[start:end]} {words[-1]}"
        if len(words) > 1 and self._grammar.combines(text[start:end], words[-1]):
            return WeaponSpan(start, end, self._weapons.resolve(whole).id, phrase.sure, "class")
        return None

    def _same_kind(self, class_id: str, id: str) -> bool:
        """Whether the classes of both are the same, but for the root."""
        return len(set(self._grammar.paths[class_id]) & set(self._weapons.kind(id))) > 1

    def designations(self, text: str) -> Iterator[tuple[int, int]]:
        """See `Weapons.parse_designations`."""
        matches = [match for pattern in (self._strong, _WEAK) for match in pattern.finditer(text)]
        reached = 0
        for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
            start, end = match.span()
            while (
                text[start:end].endswith("class")
                and (word := text[start:end].partition(" "))[2] != "class"
                and (word[0] in self._not_names or self._weapons.known(word[2]))
            ):  # "Two Udaloy-class destroyers"
                start += len(word[0]) + 1
            name = text[start:end]
            if start < reached or (self._weapons.known(name) is not None and "/" not in name):
                continue
            after = self._after(text, end)
            strong = match.re is not _WEAK or ("-" in name and self._weapons.family(name) is not None)
            if strong or (after is not None and not _NO_WEAPON.match(name)):
                if text[end : end + 1] == "s" and not text[end + 1 : end + 2].isalnum():
                    end += 1
                reached = after.end if after else end
                yield start, reached


def _starts_sentence(text: str, start: int) -> bool:
    return _SENTENCE_START.search(text[max(0, start - 4) : start]) is not None


def _acronym(word: str) -> bool:
    """Whether a word is written in capitals for what it is: UAV, UAVs, SAM-6."""
    return word.rstrip("s").isupper()
