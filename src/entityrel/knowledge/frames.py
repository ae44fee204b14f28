"""Frames and constructions: the rules of the relation ruler, as data.

A **frame** (``data/frames/*.yaml``) says which words state a predicate and which logical function of such a word
fills which role. A **construction** (``data/constructions.yaml``) says, once for all frames, by which dependency
path a logical function is expressed: voice, relative clauses, coordination, control, nominalisation, light verbs.

Both are closed pydantic models: a misspelt field is an error that names file, frame and field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from entityrel.errors import KnowledgeError
from entityrel.knowledge.files import DATA, Strict, read_yaml
from entityrel.knowledge.ontology import load_ontology

__all__ = ["Construction", "Entry", "Example", "Frame", "Grammar", "Step", "load_frames", "load_grammar"]

ROLES = ("subject", "object", "recipient")
_ROLE_PREFIXES = ("", "owner", "org", "governor")
_UNLESS_PREFIXES = ("", "weapon", "any")
PartOfSpeech = Literal["verb", "noun", "adjective", "mention"]
_WORD = re.compile(r"[^\s-]+|-")  # as spaCy tokenises: hyphens are tokens
_STEP = re.compile(r"^([<>])([a-zA-Z|]+)(?::([a-z|]+))?$")


# ------------------------------------------------------------------------------------------- constructions


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a dependency path: down to a child or up to the head, over one of some labels.

    ``>prep:to|into`` goes to a child with label ``prep`` whose lower-case form is "to" or "into".
    """

    down: bool
    labels: frozenset[str]
    forms: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> Step:
        """Read a step in its written form.

        Raises:
            ValueError: If ``text`` is not a step.
        """
        match = _STEP.match(text)
        if not match:
            raise ValueError(f"{text!r} is not a step such as '>nsubj', '<relcl' or '>prep:to|into'")
        direction, labels, forms = match.groups()
        return cls(direction == ">", frozenset(labels.split("|")), frozenset(forms.split("|") if forms else ()))


class Construction(Strict):
    """One way in which a logical function is expressed.

    Attributes:
        name: What a grammar book would call it; shown by ``Relation.explain()``.
        of: The parts of speech of the trigger for which it holds.
        function: The logical function (agent, theme, dative, possessor, modifier, holder …), or ``preposition``:
            the function is then the lower-case form of the preposition on the path ("to", "from", …).
        path: Steps from the trigger.
        voice: Holds for an active or a passive trigger only.
        tags: Holds for a trigger with one of these fine-grained tags only.
        has: The trigger has a child with one of these labels.
        lacks: The trigger has no child with any of these labels.
        reaches: Holds only if the last token of the path has one of these parts of speech.
        word_class: The token at the end of ``path`` (before ``via``) must be in this lexical class.
        not_class: … must not be in it.
        via: The function to evaluate at the token that the path leads to, instead of taking that token itself.
    """

    name: str
    of: tuple[PartOfSpeech, ...]
    function: str
    path: tuple[str, ...] = Field(min_length=1)
    voice: Literal["active", "passive"] | None = None
    tags: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    reaches: tuple[str, ...] = ()
    word_class: str | None = None
    not_class: str | None = None
    via: str | None = None

    @model_validator(mode="after")
    def _steps_parse(self) -> Construction:
        for step in self.path:
            Step.parse(step)
        return self


class _GrammarFile(Strict):
    prepositions: frozenset[str]
    word_classes: dict[str, list[str]]
    shapes: dict[str, dict[str, list[str]]]
    constructions: list[Construction]


@dataclass(frozen=True, slots=True)
class Grammar:
    """The constructions, the lexical classes that they and the argument finder use, and named role maps.

    ``prepositions`` are those that name a logical function; the other functions are those of the constructions.
    """

    constructions: tuple[Construction, ...]
    prepositions: frozenset[str]
    word_classes: Mapping[str, frozenset[str]]
    shapes: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def functions(self) -> frozenset[str]:
        """All logical functions: what a frame or a ``via`` may ask for."""
        return self.prepositions | {rule.function for rule in self.constructions} | {"self"}


@cache
def load_grammar() -> Grammar:
    """The packaged ``constructions.yaml``.

    Raises:
        KnowledgeError: If it is wrong; the message names the construction and the field.
    """
    name = "constructions.yaml"
    file = read_yaml(name, _GrammarFile)
    classes = {key: frozenset(words) for key, words in file.word_classes.items()}
    for item in file.constructions:
        for word_class in (item.word_class, item.not_class):
            if word_class is not None and word_class not in classes:
                raise KnowledgeError(f"{name}: construction {item.name!r}: no such word class: {word_class!r}")
    functions = {item.function for item in file.constructions} | {None, "same"}
    if missing := [item.name for item in file.constructions if item.via not in functions]:
        raise KnowledgeError(f"{name}: construction {missing[0]!r}: no construction has the function of its 'via'")
    shapes = {key: {role: tuple(functions) for role, functions in roles.items()} for key, roles in file.shapes.items()}
    return Grammar(tuple(file.constructions), file.prepositions, classes, shapes)


# --------------------------------------------------------------------------------------------------- frames


class Example(Strict):
    """A sentence in inline markup and the relations that the frame must find in it."""

    text: str
    finds: tuple[str, ...] = Field(min_length=1)


class _Frame(Strict):
    id: str = Field(pattern=r"^[a-z_]+\.[a-z0-9-]+$")
    predicate: str
    verbs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    shape: str | None = None
    roles: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    required: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    reciprocal: bool = False
    under: tuple[str, ...] = ()
    not_under: tuple[str, ...] = ()
    confidence: float = Field(default=0.9, gt=0, le=1)
    without_recipient: float | None = Field(default=None, gt=0, le=1)
    examples: tuple[Example, ...] = Field(min_length=2)
    none: str
    origin: str


class _FrameFile(Strict):
    frames: list[_Frame]


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame with its roles resolved: which logical functions fill which role, in order of preference.

    Attributes:
        roles: Logical functions by role. ``owner:F`` is the actor whose weapon fills F ("Russian missiles struck").
            ``org:F`` is F filled by an organisation.
            ``governor:F`` is function F of the word that governs the trigger ("shared the technology with").
        unless: Functions that must not be filled by an actor ("acquires" unless a supplier is stated), or, as
            ``weapon:F``, by a weapon, or, as ``any:F``, by any noun or pronoun.
        reciprocal: Coordinated subjects are each other's recipients, where no other recipient is stated.
        under: Lemmas one of which must govern the trigger ("take" for "take delivery").
        not_under: Lemmas none of which may govern it.
        confidence: Share of its relations in the training gold that are right, or the author's estimate.
        without_recipient: The same of those that lack the recipient that the predicate could have.
    """

    id: str
    predicate: str
    roles: Mapping[str, tuple[str, ...]]
    required: frozenset[str]
    unless: tuple[str, ...]
    reciprocal: bool
    under: frozenset[str]
    not_under: frozenset[str]
    confidence: float
    without_recipient: float
    examples: tuple[Example, ...]
    none: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A word or phrase of the lexicon: lemmas in text order; ``head`` is the position of its syntactic head.

    An entry of the part of speech "mention" has a label instead: a mention with that label is the trigger, where no
    word states the relation ("Miller of the NSC"); its function ``self`` is the mention.
    """

    lemmas: tuple[str, ...]
    part_of_speech: PartOfSpeech
    frames: tuple[Frame, ...] = field(repr=False)

    @property
    def head(self) -> int:
        """A verb heads its phrase from the left ("shoot down"), a noun from the right ("prime minister").

        A noun with a preposition stands before it: "secretary of state", "commander-in-chief".
        """
        if self.part_of_speech != "verb":
            prepositions = [i for i, word in enumerate(self.lemmas) if word in ("of", "in", "for") and i > 0]
            end = prepositions[0] if prepositions else len(self.lemmas)
            return end - 1 if self.lemmas[end - 1] != "-" else end - 2
        head = 0
        while head + 2 < len(self.lemmas) and self.lemmas[head + 1] == "-":  # "mass-produce" is three tokens
            head += 2
        return head


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All frames, and their words by part of speech and head lemma, longest first."""

    frames: tuple[Frame, ...]
    entries: Mapping[tuple[PartOfSpeech, str], tuple[Entry, ...]]


def load_frames(*extra: str | Path) -> Lexicon:
    """The packaged frames, and those of the user's own files.

    Args:
        extra: Paths of further YAML files of frames.

    Raises:
        KnowledgeError: If a file is wrong; the message names file, frame and field.
    """
    if not extra:
        return _packaged()
    return _lexicon([*_packaged_files(), *map(Path, extra)])  # a user's file may change while a notebook is open


def _packaged_files() -> list[Path]:
    return sorted((DATA / "frames").glob("*.yaml"))


@cache
def _packaged() -> Lexicon:
    return _lexicon(_packaged_files())


def _lexicon(paths: Iterable[Path]) -> Lexicon:
    frames: dict[str, Frame] = {}
    words: dict[tuple[PartOfSpeech, tuple[str, ...]], list[Frame]] = {}
    for path in paths:
        for item in read_yaml(path.resolve(), _FrameFile).frames:
            where = f"{path.name}: frame {item.id!r}"
            if item.id in frames:
                raise KnowledgeError(f"{where}: the id is used twice")
            frame = frames[item.id] = _resolve(item, where)
            for part_of_speech, phrase in _phrases(item):
                words.setdefault((part_of_speech, tuple(_WORD.findall(phrase))), []).append(frame)
    entries: dict[tuple[PartOfSpeech, str], list[Entry]] = {}
    for (part_of_speech, lemmas), found in words.items():
        entry = Entry(lemmas, part_of_speech, tuple(found))
        entries.setdefault((part_of_speech, lemmas[entry.head]), []).append(entry)
    return Lexicon(
        tuple(frames.values()),
        {key: tuple(sorted(found, key=lambda e: -len(e.lemmas))) for key, found in entries.items()},
    )


def _phrases(item: _Frame) -> Iterator[tuple[PartOfSpeech, str]]:
    yield from (("verb", phrase) for phrase in item.verbs)
    yield from (("noun", phrase) for phrase in item.nouns)
    yield from (("adjective", phrase) for phrase in item.adjectives)
    yield from (("mention", label) for label in item.mentions)


def _resolve(item: _Frame, where: str) -> Frame:
    predicates, grammar = load_ontology().predicates, load_grammar()
    if item.predicate not in predicates:
        raise KnowledgeError(f"{where}: field 'predicate': the ontology has no {item.predicate!r}")
    if item.shape is not None and item.shape not in grammar.shapes:
        raise KnowledgeError(f"{where}: field 'shape': constructions.yaml has no {item.shape!r}")
    if not list(_phrases(item)):
        raise KnowledgeError(f"{where}: needs at least one of 'verbs', 'nouns', 'adjectives', 'mentions'")
    roles = {**(grammar.shapes[item.shape] if item.shape else {}), **item.roles}
    _check_roles(roles, where, has_recipient=predicates[item.predicate].recipient is not None)
    if unknown := set(item.required) - set(roles):
        raise KnowledgeError(f"{where}: field 'required': no such role: {', '.join(sorted(unknown))}")
    for role, asked in roles.items():
        _check_functions(asked, _ROLE_PREFIXES, f"{where}: field 'roles.{role}'")
    _check_functions(item.unless, _UNLESS_PREFIXES, f"{where}: field 'unless'")
    return Frame(
        id=item.id,
        predicate=item.predicate,
        roles=roles,
        required=frozenset(item.required) | {"subject", "object"},
        unless=item.unless,
        reciprocal=item.reciprocal,
        under=frozenset(item.under),
        not_under=frozenset(item.not_under),
        confidence=item.confidence,
        without_recipient=item.without_recipient or item.confidence,
        examples=item.examples,
        none=item.none,
    )


def _check_roles(roles: Iterable[str], where: str, *, has_recipient: bool) -> None:
    roles = set(roles)
    if unknown := roles - set(ROLES):
        raise KnowledgeError(f"{where}: field 'roles': no such role: {', '.join(sorted(unknown))}")
    if missing := {"subject", "object"} - roles:
        raise KnowledgeError(f"{where}: field 'roles': {', '.join(sorted(missing))} has no function")
    if "recipient" in roles and not has_recipient:
        raise KnowledgeError(f"{where}: field 'roles': this predicate takes no recipient")


def _check_functions(asked: Iterable[str], prefixes: tuple[str, ...], where: str) -> None:
    for function in asked:
        prefix, _, name = function.rpartition(":")
        if prefix not in prefixes or name not in load_grammar().functions:
            raise KnowledgeError(f"{where}: constructions.yaml has no function {function!r}")
