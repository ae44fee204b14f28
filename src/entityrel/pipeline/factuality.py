"""The features by which a linear model corrects the rules of `polarity`: what they found, and the words around."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.polarity import Verdict, judge

__all__ = ["FactualityFeatures"]

_WINDOW = 6
_AROUND = {"aux", "auxpass", "neg", "advmod", "mark", "det", "amod", "prt", "preconj", "npadvmod", "cc"}
_UP = 4
_NEXT, _NEXT_CLASSES, _PREVIOUS = 8, 15, 10  # words of the neighbouring sentences that are looked at


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What a sentence gives to each of its relations."""

    features: list[str]
    #: Token, its head's index, and the classes of cues that it is of; only words that are of any.
    classes: list[tuple[Token, int, tuple[str, ...]]]


class FactualityFeatures:
    """Makes the features of a Doc's relations, as strings; what a sentence gives is computed once."""

    def __init__(self, doc: Doc, lexicon: Lexicon) -> None:
        self._doc = doc
        self._lexicon = lexicon
        self._sentences: dict[int, _Sentence] = {}
        self._by_argument: dict[int, Verdict] = {}

    def __call__(self, predicate: str, trigger: int, heads: list[Token], verdict: Verdict, time: str) -> list[str]:
        """The features of one relation.

        Args:
            predicate: The relation's predicate.
            trigger: Index of its word.
            heads: Head tokens of its arguments.
            verdict: What the rules say.
            time: "past", "now" or "future" for the date that the sentence gives, else "".
        """
        node = self._doc[trigger]
        lemma = node.lemma_.lower()
        ruled = f"{verdict.polarity[0]}{verdict.modality[:2]}"
        found = [f"ruled={ruled}", f"{predicate}&ruled={ruled}", f"hyp={verdict.hypothetical}", f"p={predicate}",
                 f"w={lemma}", f"w={lemma}&p={predicate}", f"tag={node.tag_}", f"tag={node.tag_}&dep={node.dep_}",
                 f"time={time}", f"time={time}&tag={node.tag_}", f"w={lemma}&tag={node.tag_}"]  # fmt: skip
        found += [f"step={step}" for step in verdict.steps]
        found += [f"step1={step}&tag={node.tag_}" for step in verdict.steps[:1]]
        found += [f"p={predicate}&step={step}" for step in verdict.steps[:2]]
        found.append("steps=" + ">".join(verdict.steps[:3]))
        found += [f"cue={effect}" for _, _, effect in verdict.cues]
        found += [f"cueword={self._doc[start].lower_}" for start, _, _ in verdict.cues]
        found.append("cues=" + ">".join(effect for _, _, effect in verdict.cues))
        found += _beside(node)
        found += _chain(node)
        found += _window(node)
        found += _of_arguments(heads, node)
        found += self._from_arguments(predicate, heads, ruled)
        found += self._sentence(node).features
        found += self._classes(node)
        return found

    def _from_arguments(self, predicate: str, heads: list[Token], ruled: str) -> Iterator[str]:
        """The same walk from an argument: it sees what the trigger's tree misses when the trigger is not its verb."""
        for role, head in zip("so", heads, strict=False):
            if head.i not in self._by_argument:
                self._by_argument[head.i] = judge(self._doc, "", head.i, (), self._lexicon)
            other = self._by_argument[head.i]
            ruling = f"{other.polarity[0]}{other.modality[:2]}"
            yield f"{role}ruled={ruling}"
            yield f"{role}ruled={ruling}&ruled={ruled}"
            yield f"{role}steps={'>'.join(other.steps[:2])}"
            for step in other.steps[:4]:
                yield f"{role}step={step}"

    def _classes(self, node: Token) -> Iterator[str]:
        """The classes of cues of the sentence's words, by where they stand."""
        for name in self._lexicon.classes(node.lemma_.lower(), node.pos_):
            yield f"own={name}"
        above = {token.i for token in node.ancestors}
        for token, head, names in self._sentence(node).classes:
            if token.i == node.i:
                continue
            apart = min(abs(token.i - node.i) // 5, 3)
            if token.i in above:
                side = "above"
            elif head == node.i:
                side = "below"
            else:
                side = "left" if token.i < node.i else "right"
            for name in names:
                yield f"{side}~{name}"
                if side in ("left", "right"):
                    yield f"{side}~{name}@{apart}"
                    if head in above:
                        yield f"beside~{name}:{token.dep_}"

    def _sentence(self, node: Token) -> _Sentence:
        sentence = node.sent
        if sentence.start not in self._sentences:
            self._sentences[sentence.start] = self._read(sentence)
        return self._sentences[sentence.start]

    def _read(self, sentence: Span) -> _Sentence:
        doc, negation = self._doc, self._lexicon.cues.negation
        features: list[str] = []
        classes: list[tuple[Token, int, tuple[str, ...]]] = []
        for token in sentence:
            lower, lemma, pos = token.lower_, token.lemma_.lower(), token.pos_
            if pos in ("VERB", "AUX", "ADV", "PART", "ADJ") or lower in negation:
                features.append(f"s={lemma}")
            elif pos == "NOUN":
                features.append(f"s={lower}")
            if not token.ent_type_ and (names := self._names(token)):
                classes.append((token, token.head.i, names))
        if "?" in (sentence[-1].text, sentence[max(len(sentence) - 2, 0)].text):
            features.append("question")
        for index in range(sentence.end, min(len(doc), sentence.end + _NEXT_CLASSES)):
            token = doc[index]
            near = index < sentence.end + _NEXT and not token.ent_type_
            if near and token.pos_ in ("VERB", "AUX", "ADV", "PART", "INTJ", "PRON", "DET"):
                features.append(f"next={token.lower_}")
            if token.is_sent_start and index > sentence.end:
                break
            features += [f"next~{name}" for name in self._names(token)]
        if sentence.start:
            for token in list(doc[sentence.start - 1].sent)[-_PREVIOUS:]:
                if token.pos_ in ("VERB", "AUX", "PART", "INTJ") or token.text == "?":
                    features.append(f"prev={token.lower_}")
        return _Sentence(features, classes)

    def _names(self, token: Token) -> tuple[str, ...]:
        names = self._lexicon.classes(token.lemma_.lower(), token.pos_)
        return (*names, "no") if token.lower_ in self._lexicon.cues.negation else names


def _beside(node: Token) -> Iterator[str]:
    for child in node.children:
        dep = child.dep_
        if dep in _AROUND:
            yield f"t:{dep}={child.lower_}"
        elif dep in ("nsubj", "nsubjpass", "expl"):
            yield f"t:subject={child.pos_}"
        elif dep == "prep":
            yield f"t:prep={child.lower_}"


def _chain(node: Token) -> Iterator[str]:
    """The words above the trigger, with their own surroundings: the raw material of the rules."""
    word, path = node, ""
    for depth in range(1, _UP + 1):
        head = word.head
        if head == word:
            yield f"root@{depth}"
            yield f"roottag={word.tag_}"
            return
        path = f"{path}>{word.dep_}"
        lemma = head.lemma_.lower()
        yield f"up{depth}={lemma}"
        yield f"up={lemma}<{word.dep_}"
        if depth <= 2:
            yield f"uppath={path}:{lemma}"
            yield f"uptag{depth}={word.dep_}:{head.tag_}"
        for child in head.children:
            if child.dep_ in ("aux", "neg", "mark") or (child.dep_ in ("advmod", "det") and depth <= 2):
                yield f"u{min(depth, 2)}:{child.dep_}={child.lower_}"
        word = head
    yield f"path={path}"


def _window(node: Token) -> Iterator[str]:
    """The words on either side of the trigger."""
    doc, sentence = node.doc, node.sent
    for index in range(max(sentence.start, node.i - _WINDOW), min(sentence.end, node.i + _WINDOW + 1)):
        token = doc[index]
        if index != node.i and not token.ent_type_:
            yield f"{'l' if index < node.i else 'r'}={token.lemma_.lower()}"
            if abs(index - node.i) <= 2:
                yield f"{index - node.i:+}={token.lower_}"


def _of_arguments(heads: list[Token], node: Token) -> Iterator[str]:
    here = node.sent.start
    for role, head in zip("sor", heads, strict=False):
        yield f"{role}:dep={head.dep_}"
        yield f"{role}:side={'same' if head.sent.start == here else 'other'}"
        yield f"{role}:up={head.head.lemma_.lower()}"
        for child in head.lefts:
            if child.dep_ in ("det", "amod", "advmod", "neg", "compound") and not child.ent_type_:
                yield f"{role}:{child.lower_}"
