"""Weapons in running text: known designations, designations by their form, and class phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entityrel.knowledge.weapon_grammar import TOKEN, Phrase

if TYPE_CHECKING:
    from entityrel.knowledge.weapons import Weapons

__all__ = ["WeaponFinder", "WeaponSpan"]


@dataclass(frozen=True, slots=True)
class WeaponSpan:
    """A weapon in a text: half-open character offsets, the id, and whether it is one without further evidence."""

    start: int
    end: int
    id: str
    sure: bool


#: Designations that need no class noun beside them.
_STRONG = re.compile(
    r"(?<![\w-])(?:MiG|Su|Tu|Kh|Yak|Ka|Hwasong|Shahed|Geran|Mohajer|Ababil|Fateh|Shahab|Qiam|Fajr|Agni|Prithvi|Shaheen"
    r"|Hatf|Pukguksong|Hyunmoo|Taepodong|Nodong|KN|DF|JL|YJ|HQ|HHQ|AIM|AGM|BGM|RIM|MIM|FIM|FGM|MGM|RGM|GBU|CBU|BLU"
    r"|MQ|RQ|YFQ|XQ|SS-N|SA-N|RPG|BTR|BMP|BMD|BRDM|TOS|KAB|FAB|ODAB|RBK|Lancet|Orlan|Bayraktar|Hisar|MAM|Paveway)"
    r"[- ]?\d{1,3}[A-Z]{0,4}\d{0,2}[A-Z]?(?![\w%])"
)
#: Letters and digits that are a designation only before a class noun.
_WEAK = re.compile(
    r"(?<![\w-])(?:(?:Type|Project|Mk|Mark|Model)[ -]?\d{1,5}[A-Z]{0,3}"
    r"|(?:[A-Z][A-Za-z]{0,3}[-/]?){1,2}[- ]?\d{1,4}[A-Z]{0,3}(?:-?[A-Z]?\d{1,2}[A-Z]?)?|\d[A-Z]\d{1,3}[A-Z]?\d?"
    r"|[A-Z][a-z]{3,}-\d{1,4}[A-Z]{0,3}|[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,2}[- ]class)(?![\w%])"
)
#: Warships by the prefix of their navy.
_SHIP = re.compile(
    r"(?<![\w-])(?:USS|HMS|HMAS|HMCS|HMNZS|INS|PNS|ROKS|JS|BRP|KRI|TCG|ORP|HNoMS|KNM|IRIS|KD|RSS|HTMS|BNS|SLNS|ARA|FGS"
    r"|HDMS|HNLMS|CNS|HSwMS|BAP)(?: (?:[A-Z]\.|[A-Z][\w'’-]+|of|de|the))*? [A-Z][\w’-]+(?: (?:[A-Z]\.|[A-Z][\w’-]+))*"
)
#: Roads, meetings, flights, viruses, civil airliners and the like: letter and number, but no weapon.
_NO_WEAPON = re.compile(
    r"(?:[ABEGM]\d{1,2}|[DGP]-?\d{1,2}|A3\d\d\w*|B?7\d7\w*|ATR.*|CRJ.*|E1\d\d|MD-?[189]\d|COVID.*|H\dN\d|[A-Z]{2} \d{3,4}"
    r"|UN .*|No.*|Art.*|Sec.*|FY.*|CO2|PM\d.*|[1-4]Q\d*|Q\d"
    r"|(?:In|On|At|By|The|Of|To|Up|And|For|From|Over|Some|All|Its|But|With|May|June|July|March|April|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sep|Sept|Oct|Nov|Dec)\b.*|First-class|World-class|.*(?:Working|Middle|Business|Upper)[- ]class)$",
    re.I,
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n]|[.!?][\"”’')])\s*[\"“‘'(\[]?$")


class WeaponFinder:
    """Finds the weapons of a text from left to right, the longest first.

    Args:
        weapons: What is known.
    """

    def __init__(self, weapons: Weapons) -> None:
        self._weapons = weapons
        self._grammar = weapons.grammar
        self._names: dict[str, tuple[str, bool]] = {}
        self._widths: dict[str, int] = {}
        for text, id, sure in weapons.aliases():
            self._enter(text, id, sure)
            if any(char.isdigit() for char in text):  # headlines and chat: "MIG-29", "f-16s"
                self._enter(text.upper(), id, sure)
                self._enter(text.lower(), id, sure and "-" in text)
        self._brands = frozenset(weapons.brands)

    def _enter(self, text: str, id: str, sure: bool) -> None:
        self._names.setdefault(text, (id, sure))
        words = TOKEN.findall(text)
        if words and len(words) > self._widths.get(words[0], 0):
            self._widths[words[0]] = len(words)

    def find(self, text: str) -> Iterator[WeaponSpan]:
        """See `Weapons.find`."""
        tokens = [match.span() for match in TOKEN.finditer(text)]
        by_form = dict(self.designations(text))
        at, reached = 0, 0
        while at < len(tokens):
            start = tokens[at][0]
            span = self._name_at(text, tokens, at) or self._form_at(text, start, by_form) or self._class_at(text, tokens, at)
            if span is None:
                at += 1
                continue
            yield WeaponSpan(max(span.start, reached), span.end, span.id, span.sure)
            reached = span.end
            while at < len(tokens) and tokens[at][0] < reached:
                at += 1

    def _name_at(self, text: str, tokens: list[tuple[int, int]], at: int) -> WeaponSpan | None:
        """The longest known name at a token, with the class phrase behind it."""
        start = tokens[at][0]
        for first in range(at, min(at + 2, len(tokens))):
            if first > at and text[start : tokens[at][1]] not in self._brands:
                break
            width = self._widths.get(text[slice(*tokens[first])], 0)
            for last in range(min(first + width, len(tokens)) - 1, first - 1, -1):
                end = tokens[last][1]
                name = " ".join(text[tokens[first][0] : end].split())
                for form in (name, name[:-2] if name[-2:] in ("'s", "’s") else ""):
                    if form and form in self._names:
                        id, sure = self._names[form]
                        stop = end - (len(name) - len(form))
                        phrase = self._after(text, stop)
                        return WeaponSpan(start, phrase.end if phrase else stop, id, sure or phrase is not None)
        return None

    def _after(self, text: str, end: int) -> Phrase | None:
        """The class phrase directly behind a designation."""
        if text[end : end + 1] not in (" ", "\u00a0", "-") or not text[end + 1 : end + 2].strip():
            return None
        phrase = self._grammar.phrase_at(text, end + 1)
        return phrase if phrase and (text[end + 1].islower() or text[end + 1].isdigit() or text.isupper()) else None

    def _form_at(self, text: str, start: int, by_form: dict[int, int]) -> WeaponSpan | None:
        if start not in by_form:
            return None
        return WeaponSpan(start, by_form[start], self._weapons.resolve(text[start : by_form[start]]).id, sure=True)

    def _class_at(self, text: str, tokens: list[tuple[int, int]], at: int) -> WeaponSpan | None:
        """The class phrase at a token; with the ship's name behind it ("destroyer Caio Duilio")."""
        start, end = tokens[at]
        phrase = self._grammar.phrase_at(text, start)
        if phrase is None:
            return None
        found = text[start : phrase.end]
        # capitals in the middle of a sentence are a name's: "Strategic Missile Forces"
        title = found[0].isupper() and not found.isupper() and not _SENTENCE_START.search(text[max(0, start - 4) : start])
        named = any(word[0].isupper() and not word.isupper() for word in found.split()[1:])
        if "warship" in self._grammar.paths[phrase.class_id]:
            behind = next((i for i in range(at, len(tokens)) if tokens[i][0] > phrase.end), None)
            if behind is not None and text[phrase.end : tokens[behind][0]] == " ":
                ship = self._name_at(text, tokens, behind)
                if ship and "warship" in self._weapons.kind(ship.id):
                    return WeaponSpan(start, ship.end, ship.id, sure=True)
        id = self._weapons.resolve(found).id
        return WeaponSpan(start, phrase.end, id, phrase.sure and not title and not named)

    def designations(self, text: str) -> Iterator[tuple[int, int]]:
        """See `Weapons.parse_designations`."""
        matches = [match for pattern in (_STRONG, _SHIP, _WEAK) for match in pattern.finditer(text)]
        reached = 0
        for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
            start, end = match.span()
            name = text[start:end]
            if start < reached or self._weapons.known(name) is not None:
                continue
            after = self._after(text, end)
            strong = match.re is not _WEAK or ("-" in name and self._weapons.family(name) is not None)
            if strong or (after is not None and not _NO_WEAPON.match(name)):
                if text[end : end + 1] == "s" and not text[end + 1 : end + 2].isalnum():
                    end += 1
                reached = after.end if after else end
                yield start, reached
