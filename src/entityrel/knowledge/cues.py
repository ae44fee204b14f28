"""The words of ``data/cues.yaml`` as closed records: what decides polarity, modality, attribution and quantity."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, get_args

from pydantic import field_validator

from entityrel.knowledge.files import DATA, Strict, read_yaml
from entityrel.schema import Modality, Polarity

__all__ = ["CUES", "Cues", "Governor", "Judgement", "Lexicon", "Link", "coarse_pos", "load_cues"]

CUES = DATA / "cues.yaml"
#: How a relation's word hangs on its governor.
Link = Literal["clause", "infinitive", "gerund", "object", "subject"]
Words = frozenset[str]


class Judgement(Strict):
    """A polarity and a modality."""

    polarity: Polarity = "affirmed"
    modality: Modality = "actual"


class Governor(Strict):
    """A class of words that change the relation below them.

    Attributes:
        polarity: "negate" turns the polarity round.
        modality: The least modality that the relation has below such a word.
        negated: What the relation becomes if the governor itself is negated; None means turned round.
        takes: The links that carry the effect.
        bound: Whether nothing further out matters.
        predicates: The predicates for which it says so; none means all.
        settles: The classes that leave open what it makes actual: an offer turned down is negated and actual.
    """

    polarity: Literal["keep", "negate"] = "keep"
    modality: Modality = "actual"
    negated: Judgement | None = None
    takes: frozenset[Link] = frozenset({"clause", "infinitive", "gerund", "object"})
    bound: bool = False
    predicates: Words = frozenset()
    settles: Words = frozenset()
    verbs: Words = frozenset()
    nouns: Words = frozenset()
    adjectives: Words = frozenset()

    def words(self, pos: str) -> Words:
        """The class's words of a coarse part of speech."""
        if pos in ("NOUN", "PROPN"):
            return self.nouns
        return self.adjectives if pos in ("ADJ", "ADV", "ADP") else self.verbs


class _Modals(Strict):
    planned: Words
    possible: Words
    desired: Words
    conditional: Words


class _Transparent(Strict):
    verbs: Words


class Cues(Strict):
    """All cues; the comments in ``cues.yaml`` say what each list is for."""

    governors: Mapping[str, Governor]
    transparent: _Transparent
    transparent_clauses: Words
    noun_prepositions: Words
    opaque_prepositions: Words
    involvement: Words
    affiliations: Words
    self_spoken: Words
    negation: Words
    negative_prepositions: Words
    occasions: Words
    nearly: Words
    missing: Words
    worth: Words
    showing: Words
    no_negation_before: Words
    possible_adverbs: Words
    modals: _Modals
    conditions: Words
    questions: Words
    asking: Words
    future_times: Words
    triggers: Mapping[str, Mapping[str, Words]]
    giving_up: Words
    putting_out: Words
    former: Words
    then: Words
    ended: Words
    elect: Words
    speech_verbs: Words
    object_speech_verbs: Words
    infinitive_speech_verbs: Words
    announcing: Words
    requests: Words
    interviewing: Words
    speech_nouns: Words
    according: Words
    elaborating: Words
    group_nouns: Mapping[Literal["PERSON", "ORG", "COUNTRY"], Words]
    quantity_words: Words
    money_predicates: Words
    quantity_units: Words
    quantity_modifiers: Words
    bounds: Mapping[Literal["about", "at least", "at most"], Words]

    @cached_property
    def attributing(self) -> Words:
        """All verbs that attribute something."""
        return self.speech_verbs | self.object_speech_verbs | self.infinitive_speech_verbs

    @field_validator("triggers")
    @classmethod
    def _known_judgements(cls, triggers: Mapping[str, Mapping[str, Words]]) -> Mapping[str, Mapping[str, Words]]:
        for predicate, judgements in triggers.items():
            for name in judgements:
                polarity, _, modality = name.partition(" ")
                if polarity not in get_args(Polarity) or modality not in get_args(Modality):
                    raise ValueError(f"{predicate}: {name!r} is no polarity and modality, such as 'negated actual'")
        return triggers


_COARSE = {"AUX": "VERB", "PROPN": "NOUN", "ADV": "ADJ", "ADP": "ADJ", "SCONJ": "ADJ"}


def coarse_pos(pos: str) -> str:
    """The part of speech under which the words of a class are listed: "VERB", "NOUN" or "ADJ" for most."""
    return _COARSE.get(pos, pos)


class Lexicon:
    """The cues, indexed for look-up by the qualifier.

    Attributes:
        cues: The records themselves.
    """

    def __init__(self, cues: Cues) -> None:
        self.cues = cues
        self._single: dict[tuple[str, str], list[str]] = {}
        self._double: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for name, governor in cues.governors.items():
            for pos in ("VERB", "NOUN", "ADJ"):
                for word in governor.words(pos):
                    first, _, second = word.partition(" ")
                    if second:
                        self._double.setdefault((pos, first), []).append((second, name))
                    else:
                        self._single.setdefault((pos, word), []).append(name)
        self._triggers = {
            (predicate, word): Judgement.model_validate(dict(zip(("polarity", "modality"), name.split(), strict=True)))
            for predicate, judgements in cues.triggers.items()
            for name, words in judgements.items()
            for word in words
        }

    def classes(self, lemma: str, pos: str) -> tuple[str, ...]:
        """The names of all classes of a word, however it governs."""
        pos = coarse_pos(pos)
        return (*self._single.get((pos, lemma), ()), *(name for _, name in self._double.get((pos, lemma), ())))

    def governor(self, lemma: str, pos: str, companions: Words, link: Link) -> tuple[str, Governor] | None:
        """The class of a governing word, or None.

        Args:
            lemma: Lemma of the word, in lower case.
            pos: "VERB", "NOUN" or "ADJ".
            companions: Lower-case forms of its particles and prepositions.
            link: How the relation hangs on it.
        """
        names = [name for second, name in self._double.get((pos, lemma), ()) if second in companions]
        names += self._single.get((pos, lemma), [])
        return next(((n, g) for n in names if link in (g := self.cues.governors[n]).takes), None)

    def trigger(self, predicate: str, lemma: str) -> Judgement | None:
        """What a trigger of this predicate says by itself, or None."""
        return self._triggers.get((predicate, lemma)) or self._triggers.get(("*", lemma))


@cache
def load_cues(path: Path = CUES) -> Lexicon:
    """Read and check a file of cues.

    Raises:
        KnowledgeError: If the file cannot be read or an entry is wrong; the message names file, entry and field.

    Example:
        >>> load_cues().governor("deny", "VERB", frozenset(), "clause")[0]
        'denial'
    """
    return Lexicon(read_yaml(path, Cues))
