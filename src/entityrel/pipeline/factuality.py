"""The features by which a linear model corrects the rules of `polarity`: what they found, and the words around."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.polarity import Verdict, judge

__all__ = ["factuality_features"]

_WINDOW = 6
_AROUND = {"aux", "auxpass", "neg", "advmod", "mark", "det", "amod", "prt", "preconj", "npadvmod", "cc"}
_FAR = 4


def factuality_features(
    doc: Doc,
    predicate: str,
    trigger: int,
    heads: list[Token],
    verdict: Verdict,
    lexicon: Lexicon,
    time: str,
) -> list[str]:
    """The features of one relation, as strings.

    Args:
        doc: The parsed Doc.
        predicate: The relation's predicate.
        trigger: Index of its word.
        heads: Head tokens of its arguments.
        verdict: What the rules say.
        lexicon: The cues.
        time: "past", "future" or "" for the date that the sentence gives.
    """
    node = doc[trigger]
    lemma = node.lemma_.lower()
    ruled = f"{verdict.polarity[0]}{verdict.modality[:2]}"
    found = [f"ruled={ruled}", f"{predicate}&ruled={ruled}", f"hyp={verdict.hypothetical}", f"p={predicate}",
             f"w={lemma}", f"w={lemma}&p={predicate}", f"tag={node.tag_}", f"tag={node.tag_}&dep={node.dep_}",
             f"time={time}", f"time={time}&tag={node.tag_}", f"w={lemma}&tag={node.tag_}"]  # fmt: skip
    found += [f"step={step}" for step in verdict.steps]
    found += [f"step1={step}&tag={node.tag_}" for step in verdict.steps[:1]]
    found.append("steps=" + ">".join(verdict.steps[:3]))
    found += [f"cue={effect}" for _, _, effect in verdict.cues]
    found += [f"cueword={doc[start].lower_}" for start, _, _ in verdict.cues]
    found.append("cues=" + ">".join(effect for _, _, effect in verdict.cues))
    found += _beside(node, "t")
    found += _chain(node)
    found += _nearby(node, lexicon)
    found += _of_arguments(heads, node)
    found += _classes(node, lexicon)
    for role, head in zip("so", heads, strict=False):
        # the same walk from an argument: it sees what the trigger's tree misses when the trigger is not its verb
        other = judge(doc, predicate, head.i, (), lexicon)
        ruling = f"{other.polarity[0]}{other.modality[:2]}"
        found += [f"{role}ruled={ruling}", f"{role}ruled={ruling}&ruled={ruled}", f"{role}steps={'>'.join(other.steps[:2])}"]
        found += [f"{role}step={step}" for step in other.steps[:4]]
    found += [f"p={predicate}&step={step}" for step in verdict.steps[:2]]
    return found


def _beside(node: Token, where: str) -> Iterator[str]:
    for child in node.children:
        if child.dep_ in _AROUND:
            yield f"{where}:{child.dep_}={child.lower_}"
        elif child.dep_ in ("nsubj", "nsubjpass", "expl"):
            yield f"{where}:subject={child.pos_}"
        elif child.dep_ == "prep":
            yield f"{where}:prep={child.lower_}"


def _chain(node: Token) -> Iterator[str]:
    """The words above the trigger, with their own surroundings: the raw material of the rules."""
    word, path = node, ""
    for depth in range(1, _FAR + 1):
        head = word.head
        if head == word:
            yield f"root@{depth}"
            if word.tag_:
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


def _nearby(node: Token, lexicon: Lexicon) -> Iterator[str]:
    """Words around the trigger, and what the sentence and the next one hold."""
    doc, sentence = node.doc, node.sent
    for index in range(max(sentence.start, node.i - _WINDOW), min(sentence.end, node.i + _WINDOW + 1)):
        if index != node.i and not doc[index].ent_type_:
            side = "l" if index < node.i else "r"
            yield f"{side}={doc[index].lemma_.lower()}"
            if abs(index - node.i) <= 2:
                yield f"{index - node.i:+}={doc[index].lower_}"
    for token in sentence:
        lower = token.lower_
        if token.pos_ in ("VERB", "AUX", "ADV", "PART", "ADJ") or lower in lexicon.cues.negation:
            yield f"s={token.lemma_.lower()}"
        elif token.pos_ == "NOUN":
            yield f"s={lower}"
    last = sentence[-1] if len(sentence) else node
    if last.text == "?" or (len(sentence) > 1 and sentence[-2].text == "?"):
        yield "question"
    if sentence.end < len(doc):
        for index in range(sentence.end, min(len(doc), sentence.end + 8)):
            if not doc[index].ent_type_ and doc[index].pos_ in ("VERB", "AUX", "ADV", "PART", "INTJ", "PRON", "DET"):
                yield f"next={doc[index].lower_}"
    if sentence.start:
        before = doc[sentence.start - 1].sent
        for token in list(before)[-10:]:
            if token.pos_ in ("VERB", "AUX", "PART", "INTJ") or token.text == "?":
                yield f"prev={token.lower_}"


def _classes(node: Token, lexicon: Lexicon) -> Iterator[str]:
    """The classes of cues of the words of the sentence, by where they stand, and of the next sentence."""
    doc, sentence = node.doc, node.sent
    above = {token.i for token in node.ancestors}
    for name in lexicon.classes(node.lemma_.lower(), node.pos_):
        yield f"own={name}"
    for token in sentence:
        if token.ent_type_ or token.i == node.i:
            continue
        names = lexicon.classes(token.lemma_.lower(), token.pos_)
        if token.lower_ in lexicon.cues.negation:
            names = (*names, "no")
        for name in names:
            side = "above" if token.i in above else "below" if token.head.i == node.i else "left" if token.i < node.i else "right"
            yield f"{side}~{name}"
            if side in ("left", "right"):
                yield f"{side}~{name}@{min(abs(token.i - node.i) // 5, 3)}"
                if token.head.i in above:
                    yield f"beside~{name}:{token.dep_}"
    for index in range(sentence.end, min(len(doc), sentence.end + 15)):
        token = doc[index]
        if token.is_sent_start and index > sentence.end:
            break
        for name in lexicon.classes(token.lemma_.lower(), token.pos_):
            yield f"next~{name}"
        if token.lower_ in lexicon.cues.negation:
            yield "next~no"


def _of_arguments(heads: list[Token], node: Token) -> Iterator[str]:
    for position, head in enumerate(heads):
        role = "sor"[position]
        yield f"{role}:dep={head.dep_}"
        yield f"{role}:side={'same' if head.sent.start == node.sent.start else 'other'}"
        yield f"{role}:up={head.head.lemma_.lower()}"
        for child in head.lefts:
            if child.dep_ in ("det", "amod", "advmod", "neg", "compound") and not child.ent_type_:
                yield f"{role}:{child.lower_}"
