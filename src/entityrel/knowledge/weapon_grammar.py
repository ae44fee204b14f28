"""The tree of weapon classes and the grammar of class phrases: modifiers, calibres and class nouns.

The words are data (``data/gazetteer/weapon_classes.yaml``); this module knows only how they combine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Final

from pydantic import Field

from entityrel.errors import KnowledgeError
from entityrel.knowledge.files import Strict, listed
from entityrel.knowledge.weapon_names import normal_phrase, plural, singular, slug

__all__ = ["CLASSES", "ROOT", "ClassFile", "ClassGrammar", "Noun", "Phrase", "Slug", "WeaponClass"]

CLASSES: Final = "gazetteer/weapon_classes.yaml"
ROOT: Final = "weapon"


_Words = Annotated[tuple[str, ...], listed(",")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]


class WeaponClass(Strict):
    """A class of weapons; ``ambiguous`` nouns name it only in a military sense. Only the root has no parent."""

    id: Slug
    parent: str | None = None
    nouns: _Words = ()
    ambiguous: _Words = ()


class _Modifiers(Strict):
    of: _Words
    marks: bool
    words: _Words


class ClassFile(Strict):
    """The content of weapon_classes.yaml; its first comment says what the fields are."""

    classes: tuple[WeaponClass, ...]
    modifiers: tuple[_Modifiers, ...]
    invariable: _Words
    plurals: dict[str, str]
    same: dict[str, str]
    ambiguous_names: _Words
    brands: _Words
    no_weapons: _Words
    prefixes: _Words
    navies: _Words
    companies: _Words
    not_names: _Words


@dataclass(frozen=True, slots=True)
class Noun:
    """A class noun in the singular, its class, and whether it is a weapon in every text."""

    form: str
    class_id: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """A class phrase in running text: where it ends, its class, and whether it is a weapon in every text."""

    end: int
    class_id: str
    sure: bool


TOKEN: Final = re.compile(r"\d+(?:,\d{3})+(?:-[a-z]+)?|[^\W_]+(?:[-./'’&+][^\W_]+)*\+?")
_UNITS = "mm|cm|inch|pound|pounder|kg|ton|tonne|calibre"
#: The second part of a hyphened modifier; the flag says whether it gives an ambiguous noun its military sense.
_SECOND = dict.fromkeys(("launched", "guided", "armed", "tipped", "propelled"), True) | dict.fromkeys(
    ("mounted", "borne", "powered", "fuelled", "fueled", "engined", "capable", "winged"), False
)
_CALIBRE = re.compile(rf"\d[\d,.]*(?:{_UNITS})?$")
_UNIT_NAMES = re.compile(r"millimet(?:re|er)s?|caliber|tonnes|tons")
_GAPS = frozenset((" ", "-", "\u00a0", "\n", ". "))


class ClassGrammar:
    """Class nouns and what may precede them.

    Args:
        file: The content of weapon_classes.yaml.

    Raises:
        KnowledgeError: If the classes are no tree, or a noun stands twice.
    """

    def __init__(self, file: ClassFile) -> None:
        self.classes: Mapping[str, WeaponClass] = {item.id: item for item in file.classes}
        self.paths: Mapping[str, tuple[str, ...]] = {item.id: self._path(item) for item in file.classes}
        self.file = file
        self._irregular = dict(file.plurals) | {noun: noun for noun in file.invariable}
        self._nouns: dict[str, Noun] = {}
        for item in file.classes:
            for form in (*item.nouns, *item.ambiguous):
                self._add(Noun(form, item.id, form in item.nouns))
        for form in file.no_weapons:
            self._nouns[normal_phrase(form)] = self._nouns[normal_phrase(plural(form))] = Noun(form, "", False)
        self._modifiers: dict[str, tuple[bool, frozenset[str]]] = {}
        for group in file.modifiers:
            for word in map(normal_phrase, group.words):
                marks, heads = self._modifiers.get(word, (False, frozenset()))
                self._modifiers[word] = (marks or group.marks, heads.union(group.of))

    def _path(self, item: WeaponClass) -> tuple[str, ...]:
        path = [item.id]
        while parent := self.classes[path[-1]].parent:
            if parent not in self.classes or parent in path:
                raise KnowledgeError(f"{CLASSES}: class {path[-1]}: its parent {parent} is unknown or its own child")
            path.append(parent)
        if path[-1] != ROOT:
            raise KnowledgeError(f"{CLASSES}: class {item.id}: no path to the class {ROOT}; give it a parent")
        return tuple(path)

    def _add(self, noun: Noun) -> None:
        known = self._nouns.get(normal_phrase(noun.form))
        if known is not None and known.form == noun.form:
            raise KnowledgeError(f"{CLASSES}: {noun.form!r} stands in the classes {known.class_id} and {noun.class_id}")
        for form in (noun.form, self.plural(noun.form)):
            self._nouns.setdefault(normal_phrase(form), noun)

    def plural(self, noun: str) -> str:
        """The plural of a class noun; of those without one, the noun.

        Example:
            >>> from entityrel.knowledge.weapons import load_weapons
            >>> load_weapons().grammar.plural("combat aircraft")
            'combat aircraft'
        """
        rest, _, last = noun.rpartition(" ")
        if (known := self._irregular.get(noun)) is not None:
            return known
        if (known := self._irregular.get(last)) is not None and " of " not in noun:
            return f"{rest} {known}"
        return plural(noun)

    def head(self, words: list[str]) -> Noun | None:
        """The longest class noun at the end of words in normal spelling."""
        return next((self._nouns[tail] for tail in self._heads(words)), None)

    def _heads(self, words: list[str]) -> Iterator[str]:
        tails = (" ".join(words[start:]) for start in range(len(words)))
        return (tail for tail in tails if tail in self._nouns and self._nouns[tail].class_id)

    def is_phrase(self, words: list[str]) -> bool:
        """Whether the words are a class noun, or all are modifiers, calibres and parts of class nouns."""
        if " ".join(words) in self._nouns:
            return True
        return all(word in self._parts or (_CALIBRE.match(word) and word[-1].isalpha()) for word in words)

    @cached_property
    def _parts(self) -> frozenset[str]:
        words = {word for phrase in (*self._modifiers, *self._nouns) for word in phrase.split()}
        return frozenset(word for word in words if len(word) > 1 and not word.isdigit())

    def name(self, words: list[str]) -> tuple[str, str, str]:
        """Id, class and name of a class phrase, from its words in normal spelling: in the singular, slang replaced."""
        noun, form = self.head(words), " ".join(words)
        if noun is None:
            form = singular(form)
            return slug(form), ROOT, form or ROOT
        tail = next(self._heads(words))
        form = (form[: len(form) - len(tail)] + noun.form).strip()
        id = slug(normal_phrase(form))
        return self.file.same.get(id, id), noun.class_id, form

    def phrase_at(self, text: str, start: int) -> Phrase | None:
        """The longest class phrase that begins at ``start``, or None; its class is empty if it names no weapon."""
        first = TOKEN.match(text, start)
        if first is None or not (text[start].isdigit() or _first_word(first[0]) in self._first or "-" in first[0]):
            return None
        words = list(_words_from(text, start))
        at, marked, pending = 0, False, list[str]()
        best: Phrase | None = None
        while at < len(words):
            size, noun, marks = self._step(words, at)
            if not size:
                break
            form = " ".join(word for word, _ in words[at : at + size])
            at += size
            if noun is None:
                marked = marked or marks
                pending.append(form)
                continue
            # "tank ammunition" is one phrase; "tanks shell" and "nerve agent VX" are not
            if best and (pending or not noun.sure or noun.class_id == best.class_id):
                break
            if not self._agree(pending, noun):
                break
            marked, pending = marked or noun.sure, []
            if words[at - 1][1]:
                best = Phrase(words[at - 1][1], noun.class_id, marked)
            if not marked or form != normal_phrase(noun.form):
                break
        return best

    @cached_property
    def _first(self) -> frozenset[str]:
        """The words with which a phrase can begin: a quick test, as most words of a text cannot."""
        return frozenset(_first_word(phrase) for phrase in (*self._modifiers, *self._nouns))

    def combines(self, modifier: str, noun: str) -> bool:
        """Whether a word and a class noun make a class phrase: "cruise" and "missiles"."""
        word, head = normal_phrase(modifier), self._nouns.get(normal_phrase(noun))
        if head is None or not head.class_id:
            return False
        return f"{word} {normal_phrase(noun)}" in self._nouns or (word in self._modifiers and self._agree([word], head))

    def _agree(self, modifiers: list[str], noun: Noun) -> bool:
        """Whether the noun is of a class that each of the modifiers may go with."""
        path = set(self.paths.get(noun.class_id, ()))
        return not path or all(path & self._modifiers[word][1] for word in modifiers if word in self._modifiers)

    def _step(self, words: list[tuple[str, int]], at: int) -> tuple[int, Noun | None, bool]:
        """The noun, modifier or calibre at a word: its length in words, the noun, whether it has a military sense."""
        for size in range(min(6, len(words) - at), 0, -1):
            form = " ".join(word for word, _ in words[at : at + size])
            noun = self._nouns.get(form)
            if noun is not None and not (form[1:2] == " " and words[at][1]):  # "a bomb" is no A-bomb
                return size, noun, False
            if (modifier := self._modifiers.get(form)) is not None:
                return size, None, modifier[0]
        if _CALIBRE.match(words[at][0]) and words[at][0][-1].isalpha():
            return 1, None, words[at][0].endswith(("mm", "calibre"))
        if not words[at][1] and at + 1 < len(words) and words[at + 1][0] in _SECOND:  # "truck-mounted"
            return 2, None, _SECOND[words[at + 1][0]]
        return 0, None, False

    def phrases(self) -> Iterator[Noun]:
        """All listed nouns, and single nouns behind each modifier of their class, in both numbers and all spellings."""
        nouns = {id(noun): noun for noun in self._nouns.values() if noun.class_id}.values()
        for noun in nouns:
            yield from self._spell(noun.form, noun)
        short = [noun for noun in nouns if " " not in noun.form]
        for group in self.file.modifiers:
            for noun in short:
                # a general modifier goes with the main classes only: enough for a list of texts
                if set(group.of) & set(self.paths[noun.class_id][: 1 if group.of == (ROOT,) else 2]) or (
                    group.of == (ROOT,) and self.classes[noun.class_id].parent == ROOT
                ):
                    sure = noun.sure or group.marks
                    for word in group.words:
                        form = f"{word} {noun.form}"
                        if normal_phrase(form) not in self._nouns:
                            yield from self._spell(form, Noun(form, noun.class_id, sure))

    def _spell(self, form: str, noun: Noun) -> Iterator[Noun]:
        for number in dict.fromkeys((form, self.plural(form))):
            for text in dict.fromkeys(
                (number, number.replace("armour", "armor"), number.replace("defense", "defence"))
            ):
                yield Noun(text, noun.class_id, noun.sure)


def _words_from(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Up to ten words in normal spelling with their ends, as long as only a space or a hyphen parts them.

    A calibre and its unit are one word ("155 mm"), the parts of a hyphened word are several.
    """
    position, number = start, ""
    for count, match in enumerate(TOKEN.finditer(text, start, start + 120)):
        gap = text[position : match.start()]
        if count == 10 or (gap not in _GAPS if count else gap not in ("", ".")):
            return
        parts = normal_phrase(match[0]).split() or [match[0]]
        if number and re.fullmatch(_UNITS, _UNIT_NAMES.sub(_unit, parts[0])):
            parts[0], number = number + _UNIT_NAMES.sub(_unit, parts[0]), ""
        elif number or (gap == ". " and not text.endswith("mm", 0, position)):
            return
        elif len(parts) > 1 and parts[0][:1].isdigit() and re.fullmatch(_UNITS, parts[1]):
            parts[:2] = ["".join(parts[:2])]
        position = match.end()
        if len(parts) == 1 and parts[0].replace(",", "").replace(".", "").isdigit():
            number = parts[0]
            continue
        for part in parts[:-1]:
            yield part, 0  # no phrase ends within a hyphened word
        yield parts[-1], position


def _first_word(phrase: str) -> str:
    """The first word in lower case, its end cut off where spellings differ (armour, armor)."""
    return re.split(r"[ -]", phrase, maxsplit=1)[0].lower()[:4]


def _unit(match: re.Match[str]) -> str:
    return {"m": "mm", "c": "calibre"}.get(match[0][0], match[0].rstrip("s"))
