"""Logical functions of a trigger in a dependency tree: who does it, what to, from whom, with what.

The functions (agent, theme, dative, the prepositions …) abstract from voice, relative clauses, coordination,
control, nominalisation and light verbs. Which path expresses which function is data
(``data/constructions.yaml``); here is the walker that evaluates it on the trees of spaCy's English parsers
(CLEAR labels: nsubj, dobj, pobj, agent, dative, acl, relcl …).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from spacy.strings import StringStore
from spacy.tokens import Doc

from entityrel.knowledge.frames import Construction, Grammar, PartOfSpeech, Step, load_grammar

__all__ = ["Filler", "Tree", "Walker"]

#: How often a construction may lead on to another trigger ("agreed to start sending": agent of agreed).
_DEPTH = 6
_ATTRIBUTES: list[int | str] = ["HEAD", "DEP", "LEMMA", "LOWER", "TAG", "POS"]
_PARTS: dict[str, PartOfSpeech] = {
    "VERB": "verb", "AUX": "verb", "NOUN": "noun", "PROPN": "noun", "ADJ": "adjective",
}  # fmt: skip


class Tree:
    """A parsed Doc as plain lists, by token index; the attributes are as in spaCy, lemmas in lower case."""

    __slots__ = ("dep", "head", "kids", "lemma", "lower", "pos", "size", "tag")

    def __init__(self, doc: Doc) -> None:
        self.size = len(doc)
        # One array is ten times as fast as the properties of the tokens.
        heads, dep, lemma, lower, tag, pos = doc.to_array(_ATTRIBUTES).T
        self.head: list[int] = (heads.astype("int64") + range(self.size)).tolist() if self.size else []
        strings = doc.vocab.strings
        self.dep, self.lower, self.tag, self.pos = (_decode(strings, column) for column in (dep, lower, tag, pos))
        self.lemma = [text.lower() for text in _decode(strings, lemma)]
        self.kids: list[list[int]] = [[] for _ in range(self.size)]
        for i, head in enumerate(self.head):
            if head != i:
                self.kids[head].append(i)

    def children(self, i: int, *labels: str) -> Iterator[int]:
        """The children of token ``i`` with one of these labels, in text order."""
        return (kid for kid in self.kids[i] if self.dep[kid] in labels)

    def has(self, i: int, labels: tuple[str, ...]) -> bool:
        """Whether token ``i`` has a child with one of these labels."""
        return any(self.dep[kid] in labels for kid in self.kids[i])

    def part_of_speech(self, i: int) -> PartOfSpeech | None:
        """Verb, noun or adjective; None for all else."""
        return _PARTS.get(self.pos[i])

    def governor(self, i: int) -> int:
        """The head of token ``i``, over a preposition; ``i`` itself at the root."""
        head = self.head[i]
        return self.head[head] if self.dep[i] == "pobj" else head

    def root(self, i: int) -> int:
        """The root of the sentence of token ``i``."""
        while self.head[i] != i:
            i = self.head[i]
        return i

    def is_passive(self, i: int) -> bool:
        """Whether verb ``i`` is passive: by its auxiliary or subject, or as a participle without either."""
        while True:
            if self.has(i, ("auxpass", "nsubjpass", "csubjpass", "agent")):
                return True
            if self.tag[i] != "VBN" or self.has(i, ("aux", "nsubj")):
                return False
            if self.dep[i] != "conj":
                return self.dep[i] in ("acl", "amod", "advcl", "ROOT") and not self.has(i, ("dobj",))
            i = self.head[i]  # "was built and sold"

    def antecedent(self, i: int) -> int | None:
        """The noun that a relative pronoun stands for; None if token ``i`` is no relative pronoun."""
        if self.lower[i] not in ("that", "which", "who", "whom", "whose"):
            return None
        up = i
        while self.head[up] != up:
            if self.dep[up] == "relcl":
                return self.head[up]
            up = self.head[up]
        return None


def _decode(strings: StringStore, column: Any) -> list[str]:
    """The strings of an array of hashes; each is looked up once."""
    hashes = column.tolist()
    known = {item: strings[item] for item in set(hashes)}
    return [known[item] for item in hashes]


@dataclass(frozen=True, slots=True)
class Filler:
    """A token that fills a logical function of a trigger, and how it was reached."""

    function: str
    token: int
    construction: str
    path: str


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A construction with its steps parsed and its lexical classes looked up."""

    rule: Construction
    steps: tuple[Step, ...]
    word_class: frozenset[str] | None
    not_class: frozenset[str]


@cache
def _compile(part_of_speech: PartOfSpeech, function: str) -> tuple[_Compiled, ...]:
    grammar: Grammar = load_grammar()
    wanted = "preposition" if function in grammar.prepositions else function
    return tuple(
        _Compiled(
            rule,
            tuple(map(Step.parse, rule.path)),
            grammar.word_classes[rule.word_class] if rule.word_class else None,
            grammar.word_classes[rule.not_class] if rule.not_class else frozenset(),
        )
        for rule in grammar.constructions
        if part_of_speech in rule.of and rule.function == wanted
    )


class Walker:
    """Evaluates the constructions on one tree; results are kept, so that shared controllers cost nothing."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._known: dict[tuple[int, str], tuple[Filler, ...]] = {}

    def find(self, trigger: int, function: str, depth: int = 0) -> tuple[Filler, ...]:
        """The tokens that fill a logical function ("agent", "theme", "to" …) of ``trigger``.

        Returns:
            The fillers in the order of constructions.yaml, each token once; empty if there is none.
        """
        key = (trigger, function)
        if key not in self._known:
            if depth > _DEPTH:
                return ()
            self._known[key] = ()  # a cycle of constructions finds nothing, instead of never ending
            by_token: dict[int, Filler] = {}
            for filler in self._evaluate(trigger, function, depth):
                by_token.setdefault(filler.token, filler)
            self._known[key] = tuple(by_token.values())
        return self._known[key]

    def _evaluate(self, trigger: int, function: str, depth: int) -> Iterator[Filler]:
        tree = self.tree
        if function == "self":
            yield Filler("self", trigger, "the mention itself", "")
        part_of_speech = tree.part_of_speech(trigger)
        if part_of_speech is None:
            return
        passive = part_of_speech == "verb" and tree.is_passive(trigger)
        for item in _compile(part_of_speech, function):
            rule = item.rule
            if rule.voice is not None and (rule.voice == "passive") != passive:
                continue
            if rule.tags and tree.tag[trigger] not in rule.tags:
                continue
            if (rule.has and not tree.has(trigger, rule.has)) or (rule.lacks and tree.has(trigger, rule.lacks)):
                continue
            for token, preposition in self._walk(trigger, item.steps, 0, None):
                lemma = tree.lemma[token]
                if (item.word_class is not None and lemma not in item.word_class) or lemma in item.not_class:
                    continue
                if rule.reaches and tree.pos[token] not in rule.reaches:
                    continue
                path = " ".join(rule.path)
                if rule.via is not None:
                    beyond = function if rule.via == "same" else rule.via
                    for far in self.find(token, beyond, depth + 1):
                        yield Filler(function, far.token, rule.name, f"{path} · {far.path}")
                elif rule.function != "preposition" or preposition == function:
                    yield Filler(function, token, rule.name, path)

    def _walk(
        self, at: int, steps: tuple[Step, ...], n: int, preposition: str | None
    ) -> Iterator[tuple[int, str | None]]:
        """The tokens at the end of a path, each with the last preposition passed on the way."""
        if n == len(steps):
            yield at, preposition
            return
        tree, step = self.tree, steps[n]
        if step.down:
            for kid in tree.kids[at]:
                if tree.dep[kid] in step.labels and (not step.forms or tree.lower[kid] in step.forms):
                    passed = tree.lower[kid] if tree.dep[kid] in _PREPOSITIONAL else preposition
                    yield from self._walk(kid, steps, n + 1, passed)
        elif tree.dep[at] in step.labels and tree.head[at] != at:
            head = tree.head[at]
            if not step.forms or tree.lower[head] in step.forms:
                yield from self._walk(head, steps, n + 1, preposition)


_PREPOSITIONAL = ("prep", "dative", "agent", "prt")
