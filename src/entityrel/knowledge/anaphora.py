"""Expressions that stand for something named before (``data/anaphora.yaml``)."""

from __future__ import annotations

from functools import cache

from entityrel.knowledge.files import Strict, read_yaml

__all__ = ["Anaphors", "load_anaphors"]


class Anaphors(Strict):
    """The labels that a pronoun may stand for, by its lower-case form; nouns (lemmas) by the label they stand for.

    ``nouns`` stand for one entity after a word of ``determiners`` ("the company"), ``groups`` for two after one of
    ``group_determiners`` ("both countries").
    """

    pronouns: dict[str, frozenset[str]]
    nouns: dict[str, frozenset[str]]
    groups: dict[str, frozenset[str]]
    determiners: frozenset[str]
    group_determiners: frozenset[str]

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
