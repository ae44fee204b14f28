"""Where a country's name names no country: dishes, animals, languages, fixed phrases, places that share its name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from entityrel.knowledge.aliases import Alias
from entityrel.knowledge.files import Strict, read_yaml

__all__ = ["Idioms", "load_idioms", "phrase_aliases"]


class CapitalCues(Strict):
    """Words beside a capital that tell the government from the place."""

    motion: frozenset[str]
    government_before: frozenset[str]
    government_after: frozenset[str]


class Languages(Strict):
    """Words beside a country's adjective that make it the name of a language."""

    prepositions: frozenset[str]
    verbs: frozenset[str]


class Idioms(Strict):
    """The contents of ``gazetteer/idioms.yaml``."""

    nouns: frozenset[str]
    words: frozenset[str]
    phrases: tuple[str, ...]
    homonyms: Mapping[str, frozenset[str]]
    capitals: CapitalCues
    languages: Languages
    before_persons: frozenset[str]
    before_places: frozenset[str]
    no_surnames: frozenset[str]
    divided: frozenset[str]
    divided_countries: frozenset[str]

    def names_a_thing(self, word: str) -> bool:
        """Whether the word after a country's adjective makes it the name of a dish, an animal or the like.

        Example:
            >>> [load_idioms().names_a_thing(word) for word in ("pastries", "tanks", "Roll")]
            [True, False, False]
        """
        if not word.islower():
            return False
        singulars = (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y")
        return any(form in self.nouns for form in singulars)


@cache
def load_idioms() -> Idioms:
    """The packaged idioms, read once a process."""
    return read_yaml("gazetteer/idioms.yaml", Idioms)


def phrase_aliases() -> list[Alias]:
    """The phrases as aliases without a label, so that the longest match covers the names in them."""
    return [Alias(phrase, "", "", "idiom", sure=False) for phrase in load_idioms().phrases]
