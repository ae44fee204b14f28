"""Expressions that stand for something named before (``data/anaphora.yaml``)."""

from __future__ import annotations

from functools import cache

from entityrel.knowledge.files import Strict, read_yaml

__all__ = ["Anaphors", "Pronoun", "load_anaphors"]


class Pronoun(Strict):
    """What a pronoun may stand for."""

    labels: tuple[str, ...]
    singular: bool


class Anaphors(Strict):
    """Pronouns by lower-case form; definite and group nouns (lemmas) by the label of what they stand for."""

    pronouns: dict[str, Pronoun]
    nouns: dict[str, frozenset[str]]
    groups: dict[str, frozenset[str]]
    determiners: frozenset[str]
    group_determiners: frozenset[str]
    own_country: frozenset[str]

    def labels_of(self, lemma: str) -> frozenset[str]:
        """The labels that a definite noun may stand for."""
        return frozenset(label for label, lemmas in self.nouns.items() if lemma in lemmas)


@cache
def load_anaphors() -> Anaphors:
    """The packaged anaphors.

    Raises:
        KnowledgeError: If the file is wrong.
    """
    return read_yaml("anaphora.yaml", Anaphors)
