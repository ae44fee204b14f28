"""Weapons: known systems, the tree of classes, and ids for every phrase that names a weapon.

``data/gazetteer/weapons.csv`` lists systems, ``weapon_classes.yaml`` the classes and the words of class phrases.
A phrase is resolved by the first of these that fits: the whole phrase is a system ("HIMARS"); it is a class phrase
("anti-tank missiles"); it has a system in it ("Leopard 2 tanks"); its designation is a variant of a system
("Su-57M1"); it has another designation ("Type 099 submarine"); its head noun gives the class ("jet-powered drones").
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

from entityrel.errors import KnowledgeError
from entityrel.knowledge.files import DATA, Strict, check, listed, read_yaml
from entityrel.knowledge.weapon_grammar import (
    CLASSES,
    ROOT,
    TOKEN,
    ClassFile,
    ClassGrammar,
    Noun,
    Slug,
    WeaponClass,
)
from entityrel.knowledge.weapon_names import key, normal_phrase, slug, variants
from entityrel.knowledge.weapon_text import WeaponFinder, WeaponSpan

__all__ = ["System", "WeaponId", "WeaponSpan", "Weapons", "load_weapons"]

_SYSTEMS: Final = "gazetteer/weapons.csv"


class System(Strict):
    """A known weapon system: ``cls`` is its class (column ``class``), ``makers`` are ISO 3166 alpha-3 codes."""

    id: Slug
    name: Annotated[str, Field(min_length=1)]
    cls: Annotated[str, Field(alias="class")]
    makers: Annotated[tuple[Annotated[str, Field(pattern="^[A-Z]{3}$")], ...], listed("|")]
    aliases: Annotated[tuple[str, ...], listed("|")]


@dataclass(frozen=True, slots=True)
class WeaponId:
    """What a mention names: the entity id, the class in the tree, and the display name."""

    id: str
    class_id: str
    name: str


_LEADING = re.compile(r"^(?:the|a|an|its|their|his|her|our|these|those|this|that)\s+", re.I)
_PLURAL = re.compile(r"(?:['’]s|s['’]?)$")
#: The block or batch of a type, which makes no other type: "F-16C Block 52".
_BLOCK = re.compile(r"[ -](?:Block|Blk|Mod|Batch|Flight|Tranche|Increment|Lot|Mk|Mark|Baseline)\.? ?[\dIVX]+\w*\+?$")
#: What a variant adds to the designation of its family: "B3M" to T-72, "M1" to Buk.
_SUFFIX = re.compile(r"(?:[a-z]{1,4}\d{0,2}[a-z]{0,3}|\d{1,2}[a-z]{1,2}\d?)$")
#: Names that need more than themselves: a letter and a number may be a road, a paper size, a vitamin.
_SHORT = re.compile(r"[A-Z]\d{1,2}|[A-Z]{1,2} \d{1,2}|[ABCDEGMN]-?\d|Type \d\d?|\d+", re.I)
#: Systems whose shells and rounds are called after them, not after the target: all that are no munition themselves.
_MUNITIONS: Final = frozenset(("ammunition", "missile", "bomb", "rocket", "mine", "torpedo", "explosive"))


class Weapons:
    """All knowledge of weapons; immutable. `Weapons.load` reads the packaged files.

    Args:
        systems: The known systems.
        classes: The classes and the words of class phrases.

    Raises:
        KnowledgeError: If an id, a name or a noun is claimed twice, or a class is unknown.

    Example:
        >>> weapons = load_weapons()
        >>> weapons.resolve("Geran-2 drones")
        WeaponId(id='shahed-136', class_id='loitering-munition', name='Shahed-136')
        >>> weapons.kind("shahed-136")
        ('loitering-munition', 'drone', 'weapon')
        >>> weapons.resolve("thermobaric rocket launchers").id
        'thermobaric-rocket-launcher'
    """

    def __init__(self, systems: Iterable[System], classes: ClassFile) -> None:
        self.grammar = ClassGrammar(classes)
        self._unsure = frozenset(name.casefold() for name in classes.ambiguous_names)
        self._systems: dict[str, System] = {}
        self._texts: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        for system in systems:
            self._add(system)

    @classmethod
    def load(cls) -> Weapons:
        """The packaged knowledge.

        Raises:
            KnowledgeError: If a file is wrong; the message names file, row and column.
        """
        return cls(_read_systems(), read_yaml(CLASSES, ClassFile))

    def _add(self, system: System) -> None:
        if system.cls not in self.grammar.classes:
            raise KnowledgeError(f"{_SYSTEMS}: {system.id}: unknown class {system.cls!r}")
        if system.id in self._systems:
            raise KnowledgeError(f"{_SYSTEMS}: the id {system.id} stands in two rows")
        self._systems[system.id] = system
        for text in (system.name, *system.aliases):
            other = self._exact.setdefault(text.casefold(), system.id)
            if other != system.id:
                raise KnowledgeError(f"{_SYSTEMS}: {system.id}: the name {text!r} is that of {other} too")
            self._texts[text] = system.id
            self._keys.setdefault(key(text), system.id)

    # --- what is known

    def systems(self) -> Mapping[str, System]:
        """The known systems by id."""
        return MappingProxyType(self._systems)

    def classes(self) -> Mapping[str, WeaponClass]:
        """The classes by id."""
        return self.grammar.classes

    def variants(self, name: str) -> set[str]:
        """All spellings of a name by rule; see `entityrel.knowledge.weapon_names.variants`."""
        return variants(name)

    def kind(self, id: str) -> tuple[str, ...]:
        """The path in the tree from the class of an id to the root; also for ids that `resolve` derived.

        Example:
            >>> load_weapons().kind("155mm-howitzer-shell")
            ('artillery-shell', 'shell', 'ammunition', 'weapon')
        """
        paths = self.grammar.paths
        if id in self._systems:
            return paths[self._systems[id].cls]
        if id in paths:
            return paths[id]
        noun = self.grammar.head(id.replace("-", " ").split())
        if noun is not None:
            return paths[noun.class_id]
        family = self.family(id)
        return paths[family.cls if family else ROOT]

    def aliases(self, joins: bool = True) -> Iterator[tuple[str, str, bool]]:
        """All spellings of all names: (text, id, whether the text alone proves a weapon). Each text once.

        Args:
            joins: Whether forms that differ only in the join of letters and digits (MiG-29, MiG 29, MiG29) are given.
        """
        seen: set[str] = set()
        for system in self._systems.values():
            for name in (system.name, *system.aliases):
                sure = self._is_sure(name, system)
                shapes: set[str] = set()
                for text in sorted(variants(name), key=lambda text: (text != name, text)):
                    shape = text.replace("-", "").replace(" ", "")
                    # T-90s are several T-90, the T-90S is another tank
                    claims = self._texts if re.search(r"\ds$", text) else self._exact
                    taken = claims.get(text if claims is self._texts else text.casefold(), system.id) != system.id
                    if text not in seen and not taken and (joins or shape not in shapes):
                        seen.add(text)
                        shapes.add(shape)
                        yield text, system.id, sure

    def _is_sure(self, name: str, system: System) -> bool:
        """Whether a name alone, in any text, is this system: no word, person, place, road or ship's namesake."""
        if name.casefold() in self._unsure:
            return False
        if any(char.isdigit() for char in name):
            return _SHORT.fullmatch(name) is None
        if "warship" in self.grammar.paths[system.cls]:
            prefixed = re.match(r"(?:[A-Z]{2,5}|HNoMS|HSwMS|[a-z ]+) [A-Z]", name) is not None
            return prefixed or name.endswith("-class")
        return True

    def class_phrases(self) -> Iterator[tuple[str, str, bool]]:
        """Class phrases in singular and plural: (text, class id, whether the text alone proves a weapon)."""
        seen: set[str] = set()
        for noun in self.grammar.phrases():
            if noun.form not in seen:
                seen.add(noun.form)
                yield noun.form, noun.class_id, noun.sure

    # --- what a phrase names

    def resolve(self, phrase: str) -> WeaponId:
        """The weapon or class that a mention names; always an answer, of class ``weapon`` where nothing is known.

        Example:
            >>> weapons = load_weapons()
            >>> [weapons.resolve(text).id for text in ("the MIG 29s", "Type 096 submarine", "armored cars", "Su-57M1")]
            ['mig-29', 'type-096', 'armoured-car', 'su-57m1']
        """
        phrase = _LEADING.sub("", " ".join(phrase.split())).strip(" \"'“”‘’,.;:()")
        if known := self.known(phrase):
            return self._named(known)
        words = normal_phrase(phrase).split()
        noun = self.grammar.head(words)
        if not words or (noun and self.grammar.is_phrase(words)):
            return WeaponId(*self.grammar.name(words))
        tokens = [match.span() for match in TOKEN.finditer(phrase)]
        named = self._inside(phrase, tokens, noun)
        if named is None and not phrase.islower():
            named = self._derived(phrase, tokens, noun)
        return named or WeaponId(*self.grammar.name(words))

    def known(self, text: str) -> str | None:
        """The id of the system that ``text`` is a name of, in any spelling, singular or plural, or None."""
        if re.match(r"[^/]*\d[^/]*/", text) and key(text) not in self._keys:  # "Kh-101/Kh-555"
            text = text.partition("/")[0]
        single = _PLURAL.sub("", text) if any(map(str.isdigit, text)) else _PLURAL.sub("", text.rstrip("S"))
        # T-90s are several T-90; the T-90S is another tank
        for form in (single, text) if re.search(r"\ds$", text) else (text, single):
            if found := self._exact.get(form.casefold()):
                return found
        for form in (single, text) if text.endswith("s") else (text, single):
            compared = key(form)
            if re.match(r"x\d{2,3}(?!\d)", compared) and compared not in self._keys:
                compared = f"kh{compared[1:]}"
            if found := self._keys.get(compared):
                return found
        return None

    def family(self, designation: str) -> System | None:
        """The known system of which a designation is a variant, by its longest known beginning, or None.

        Example:
            >>> load_weapons().family("MiG-29AS").id
            'mig-29'
        """
        compared = key(_BLOCK.sub("", designation))
        for cut in range(len(compared) - 1, 1, -1):
            stem, suffix = compared[:cut], compared[cut:]
            found = self._keys.get(stem)
            if found and stem[-1].isdigit() != suffix[0].isdigit() and _SUFFIX.match(suffix):
                hyphened = re.search(rf"[- ]{suffix}$", designation.casefold()) and stem not in self._unsure
                if any(char.isdigit() for char in stem) or hyphened:
                    return self._systems[found]
        return None

    def _named(self, id: str) -> WeaponId:
        system = self._systems[id]
        return WeaponId(id, system.cls, system.name)

    def _inside(self, phrase: str, tokens: list[tuple[int, int]], noun: Noun | None) -> WeaponId | None:
        """The known system with the longest name in the phrase, one with a number first."""
        parts = [
            (tokens[at][0], tokens[at + size - 1][1])
            for size in range(min(len(tokens), 6), 0, -1)
            for at in range(len(tokens) - size + 1)
        ]
        # "Sukhoi Su-35": the number tells more than the maker
        for start, end in sorted(parts, key=lambda part: not any(map(str.isdigit, phrase[slice(*part)]))):
            text = phrase[start:end]
            written = not text.islower() or any(map(str.isdigit, text))
            if written and (found := self.known(text)):
                return self._part(self._named(found), noun, end < len(phrase))
        return None

    def _part(self, named: WeaponId, noun: Noun | None, follows: bool) -> WeaponId:
        """Shells for a gun are not the gun, a ship with a system is not the system: "Gepard ammunition"."""
        paths = self.grammar.paths
        own, other = set(paths[named.class_id]), set(paths[noun.class_id] if noun and follows else ())
        if noun and (("ammunition" in other and not _MUNITIONS & own) or ("warship" in other and "warship" not in own)):
            form = normal_phrase(noun.form)
            return WeaponId(f"{named.id}-{slug(form)}", noun.class_id, f"{named.name} {form}")
        return named

    def _derived(self, phrase: str, tokens: list[tuple[int, int]], noun: Noun | None) -> WeaponId | None:
        """An unlisted designation: the words with capitals or digits, a variant of a family or new to us."""
        words = [phrase[start:end] for start, end in tokens]
        lead = next((i for i, word in enumerate(words) if not word.islower()), len(words))
        last = next((i for i, word in enumerate(words) if i > lead and word.islower() and word.isalpha()), len(words))
        if lead == len(words):
            return None
        name = re.sub(r"(?<=[\dA-Z])['’]?s$", "", _BLOCK.sub("", phrase[tokens[lead][0] : tokens[last - 1][1]]))
        if known := self.known(name):
            return self._part(self._named(known), noun, last < len(words))
        for part in (name, *words[lead:last]):
            first = re.sub(r"(?<=\d)([A-Z]{0,2})/.*", r"\1", part)  # "F-16C/D"
            word = re.sub(r"(?<=[\dA-Z])['’]?s$", "", _BLOCK.sub("", first))
            if family := self.family(word):
                return self._part(WeaponId(slug(word), family.cls, word), noun, last < len(words))
        if noun is None and lead:
            noun = self.grammar.head(normal_phrase(" ".join(words[:lead])).split())
        if self.grammar.head(normal_phrase(name).split()) is not None and not any(char.isdigit() for char in name):
            return None
        return WeaponId(slug(name), noun.class_id if noun else ROOT, name)

    # --- running text

    @cached_property
    def finder(self) -> WeaponFinder:
        """What finds weapons in running text; its index of all names is built when `find` first needs it."""
        return WeaponFinder(self)

    def parse_designations(self, text: str) -> Iterator[tuple[int, int]]:
        """Spans of what looks like a weapon's designation though no list has it, a following class noun included.

        Conservative: a letter-digit form with a weapon's prefix ("Su-75M", "GBU-99"), a variant of a known system, or
        another letter-digit form directly before a class noun ("QX-7 loitering munitions").

        Example:
            >>> text = "The new Type 099 submarine left on the M25 for UN Resolution 2231."
            >>> [text[start:end] for start, end in load_weapons().parse_designations(text)]
            ['Type 099 submarine']
        """
        return self.finder.designations(text)

    def find(self, text: str) -> Iterator[WeaponSpan]:
        """All weapons in a text, with the spans that SCHEMA.md wants: designation and class noun, no determiner.

        Example:
            >>> text = "Iran sent several hundred Shahed-136 kamikaze drones and anti-tank missiles."
            >>> [text[span.start : span.end] for span in load_weapons().find(text)]
            ['Shahed-136 kamikaze drones', 'anti-tank missiles']
        """
        return self.finder.find(text)


def _read_systems() -> Iterator[System]:
    path = DATA / _SYSTEMS
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            for number, row in enumerate(csv.DictReader(handle, strict=True), start=2):
                yield check(row, System, f"{_SYSTEMS}, row {number} ({row.get('id')})")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise KnowledgeError(f"{path}: cannot be read as CSV in UTF-8: {error}") from error


@cache
def load_weapons() -> Weapons:
    """`Weapons.load`, read once a process."""
    return Weapons.load()
