"""The tree of weapon classes and the grammar of class phrases: modifiers, calibres and class nouns.

The words are data (``data/gazetteer/weapon_classes.yaml``); this module knows only how they combine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from entityrel.errors import KnowledgeError
from entityrel.knowledge.files import Strict
from entityrel.knowledge.weapon_names import normal_phrase, plural, singular, slug

__all__ = ["CLASSES", "ROOT", "ClassFile", "ClassGrammar", "Noun", "Phrase", "Slug", "WeaponClass", "listed"]

CLASSES: Final = "gazetteer/weapon_classes.yaml"
ROOT: Final = "weapon"


def listed(separator: str) -> BeforeValidator:
    """Reads text with ``separator`` between its parts as a tuple of the parts."""

    def split(value: Any) -> Any:
        return tuple(p.strip() for p in value.split(separator) if p.strip()) if isinstance(value, str) else value

    return BeforeValidator(split)


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


TOKEN: Final = re.compile(r"[^\W_]+(?:[-./'’&+][^\W_]+)*\+?")
_CALIBRE = re.compile(
    r"\.?\d+(?:[.,]\d+)?(?:mm|cm)?$|(?:\d|five|two|thousand)[\w,. ]*(?:inch|lb|kg|pound|pounder|ton|tonne|tonnes|calibre)$"
)
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
        self._file = file
        self._irregular = dict(file.plurals) | {noun: noun for noun in file.invariable}
        self._nouns: dict[str, Noun] = {}
        for item in file.classes:
            for form in (*item.nouns, *item.ambiguous):
                self._add(Noun(form, item.id, form in item.nouns))
        self._modifiers = {
            normal_phrase(word): group.marks for group in reversed(file.modifiers) for word in group.words
        }

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
        return next((self._nouns[tail] for tail in _tails(words) if tail in self._nouns), None)

    def is_phrase(self, words: list[str]) -> bool:
        """Whether all the words are modifiers, calibres and parts of class nouns."""
        return all(word in self._parts or _CALIBRE.match(word) for word in words)

    @cached_property
    def _parts(self) -> frozenset[str]:
        return frozenset(word for phrase in (*self._modifiers, *self._nouns) for word in phrase.split())

    def name(self, words: list[str]) -> tuple[str, str, str]:
        """Id, class and name of a class phrase, from its words in normal spelling: in the singular, slang replaced."""
        noun, form = self.head(words), " ".join(words)
        if noun is None:
            form = singular(form)
            return slug(form), ROOT, form or ROOT
        tail = next(tail for tail in _tails(words) if tail in self._nouns)
        form = (form[: len(form) - len(tail)] + noun.form).strip()
        id = slug(normal_phrase(form))
        return self._file.same.get(id, id), noun.class_id, form

    def phrase_at(self, text: str, start: int) -> Phrase | None:
        """The longest class phrase that begins at ``start``, or None."""
        words = list(_words_from(text, start))
        at, marked = 0, False
        best: Phrase | None = None
        while at < len(words):
            size, noun, marks = self._step(words, at)
            if not size:
                break
            at += size
            if noun is not None:
                best = Phrase(words[at - 1][1], noun.class_id, noun.sure or marked)
                marks = noun.sure
            marked = marked or marks
        return best

    def _step(self, words: list[tuple[str, int]], at: int) -> tuple[int, Noun | None, bool]:
        """The noun, modifier or calibre at a word: its length in words, the noun, whether it has a military sense."""
        for size in range(min(6, len(words) - at), 0, -1):
            form = " ".join(word for word, _ in words[at : at + size])
            if (noun := self._nouns.get(form)) is not None:
                return size, noun, False
            if (marks := self._modifiers.get(form)) is not None:
                return size, None, marks
        if _CALIBRE.match(words[at][0]) and not words[at][0].isdigit():
            return 1, None, words[at][0].endswith(("mm", "calibre"))
        return 0, None, False

    def phrases(self) -> Iterator[Noun]:
        """All listed nouns, and single nouns behind each modifier of their class, in both numbers and all spellings."""
        nouns = {id(noun): noun for noun in self._nouns.values()}.values()
        for noun in nouns:
            yield from self._spell(noun.form, noun)
        short = [noun for noun in nouns if " " not in noun.form]
        for group in self._file.modifiers:
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


def _tails(words: list[str]) -> Iterator[str]:
    return (" ".join(words[start:]) for start in range(len(words)))


def _words_from(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Up to ten words in normal spelling with their ends, as long as only a space or a hyphen parts them.

    A calibre and its unit are one word ("155 mm"), the parts of a hyphened word are several.
    """
    position, last = start, ""
    for count, match in enumerate(TOKEN.finditer(text, start, start + 120)):
        gap = text[position : match.start()]
        abbreviated = gap == ". " and last.endswith("mm")
        if count == 10 or (gap not in _GAPS if count else gap not in ("", ".")) or (gap == ". " and not abbreviated):
            return
        position = match.end()
        word = match[0]
        if last.isdigit() and re.fullmatch(r"mm|millimet(?:re|er)s?|pound|kg|inch|calib(?:re|er)", word):
            word = f"{last}{word}"
        elif last.isdigit():
            return
        last = word
        if word.replace(",", "").isdigit() and count == 0:
            continue
        parts = normal_phrase(word).split()
        for part in parts:
            yield part, position
