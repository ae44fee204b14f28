"""How a word hangs on the word above it, and what class of cues that one is of."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from entityrel.knowledge.cues import Governor, Lexicon, Link, coarse_pos

__all__ = ["class_of", "link_of"]

_PREPOSITIONS = 4  # that follow each other in a phrase, at most
_FINITE = {"VBD", "VBP", "VBZ", "MD"}
_COMPANIONS = {"prt", "prep", "advmod", "acomp", "dative", "aux", "intj", "det", "npadvmod"}


def class_of(head: Token, link: Link, lexicon: Lexicon) -> tuple[str, Governor] | None:
    """The class of a governing word for what hangs on it by ``link``, or None."""
    pos = coarse_pos(head.pos_)
    companions = frozenset(_companions(head))
    lemma = head.lemma_.lower()
    found = lexicon.governor(lemma, pos, companions, link)
    if found is None and head.tag_ in ("VBN", "VBG", "VBD"):
        found = lexicon.governor(head.lower_, "ADJ", companions, link) or lexicon.governor(
            lemma, "VERB", companions, link
        )
    if found and link == "subject" and any(child.dep_ == "dobj" for child in head.rights):
        return None  # "the sale stopped the war"
    if lemma == "like" and "would" not in companions and "'d" not in companions:
        return None
    return found


def _companions(head: Token) -> Iterator[str]:
    """Particles, prepositions, objects and short prepositional phrases: "off", "water", "on hold"."""
    for child in head.children:
        if child.dep_ in _COMPANIONS:
            yield child.lower_
            if child.dep_ == "prep":
                yield from _phrases(child)
        elif child.dep_ == "dobj":
            yield child.lemma_.lower()


def _phrases(preposition: Token, prepositions: int = _PREPOSITIONS) -> Iterator[str]:
    for child in preposition.children:
        if child.dep_ == "pobj":
            yield f"{preposition.lower_} {child.lemma_.lower()}"
        elif child.dep_ == "prep" and prepositions > 1:
            for phrase in _phrases(child, prepositions - 1):
                yield f"{preposition.lower_} {phrase}"


def link_of(node: Token) -> Link:
    """How a word hangs on its head."""
    dep = node.dep_
    if dep in ("nsubj", "csubj"):
        return "subject"
    if dep in ("dobj", "nsubjpass", "attr", "oprd", "dative", "npadvmod"):
        return "object"
    lefts = list(node.lefts)
    if any(child.dep_ == "aux" and child.lower_ == "to" for child in lefts):
        return "infinitive"
    if node.tag_ == "VBG" and not any(child.dep_ == "aux" for child in lefts):
        return "gerund"
    if dep == "xcomp" and node.tag_ not in _FINITE:
        return "infinitive"
    return "clause"
