"""Turns of phrase on the way to the root: "rather than", "too ill to", "it is doubtful, she said, that"."""

from __future__ import annotations

from spacy.tokens import Token

__all__ = [
    "complete",
    "confirm_or_deny",
    "instead",
    "interrupted",
    "line_between",
    "nonexistent",
    "rather_than",
    "set_off",
    "that_of",
    "too",
]


def instead(node: Token) -> Token | None:
    """The "rather" of "lend shells to A rather than sell them to B", before the later conjunct."""
    for child in node.head.children:
        if child.dep_ == "cc" and child.lower_ == "than" and node.head.i < child.i < node.i:
            return next((word for word in child.lefts if word.lower_ == "rather"), None)
    return None


def rather_than(node: Token) -> Token | None:
    """The "rather" of "rather than attack, it waited"."""
    for child in node.lefts:
        if child.lower_ == "than" and child.i and node.doc[child.i - 1].lower_ == "rather":
            return node.doc[child.i - 1]
    return None


def too(head: Token) -> Token | None:
    """The "too" of "too ill to meet her"."""
    for word in (head, *(child for child in head.children if child.dep_ == "acomp")):
        if word.pos_ in ("ADJ", "ADV") or word is not head:
            for child in word.lefts:
                if child.dep_ == "advmod" and child.lower_ == "too":
                    return child
    return None


def that_of(node: Token) -> Token | None:
    """The "that" of a clause."""
    return next((child for child in node.lefts if child.dep_ == "mark" and child.lower_ == "that"), None)


def interrupted(node: Token, head: Token) -> Token | None:
    """The clause before the speaker in "it is doubtful, she said, that they sold tanks", by its root."""
    mark = that_of(node)
    if mark is None or not mark.i or node.doc[mark.i - 1].text != ",":
        return None
    clauses = [child for child in head.lefts if child.dep_ == "ccomp"]
    if head.dep_ == "parataxis" and head.head != head:
        clauses.append(head.head)
    for clause in clauses:
        if any(child.lower_ == "it" and child.dep_ in ("nsubj", "nsubjpass") for child in clause.lefts):
            return clause
    return None


def nonexistent(noun: Token, relative: Token) -> Token | None:
    """The negation of "there was not a word that blamed", "it was not its jets that attacked", before the relative."""
    while noun.dep_ in ("pobj", "prep") and noun.head != noun:
        noun = noun.head
    verb = noun.head
    # "not Rome but Paris"
    words = (*noun.children, *verb.children, *noun.doc[noun.i : relative.i])
    contrast = any(word.lower_ == "but" for word in words)
    if noun.dep_ != "attr" or verb.lemma_ != "be" or contrast:
        return None
    if not any(child.dep_ == "expl" or (child.dep_ == "nsubj" and child.lower_ == "it") for child in verb.lefts):
        return None
    negations = (*noun.lefts, *verb.children)
    return next(
        (word for word in negations if word.dep_ == "neg" or (word.dep_ == "det" and word.lower_ == "no")), None
    )


def confirm_or_deny(verb: Token) -> bool:
    """Whether somebody would "neither confirm nor deny"."""
    first = verb.head if verb.dep_ == "conj" else verb
    either = any(child.dep_ == "cc" and child.lower_ in ("or", "nor") for child in first.children)
    pair = {first.lemma_, *(child.lemma_ for child in first.children if child.dep_ == "conj")}
    return either and {"confirm", "deny"} <= pair


def complete(node: Token) -> bool:
    """Whether a clause with "that" lacks nothing, and so is no relative one: "a demand that it negotiate"."""
    if not any(child.lower_ == "that" for child in node.lefts):
        return False
    subject = next((child for child in node.lefts if child.lower_ != "that"), None)
    bare = node.tag_ in ("VB", "VBP") and subject is not None and subject.tag_ not in ("NNS", "NNPS", "PRP", "MD", "RB")
    return bare or any(child.dep_ in ("dobj", "attr", "acomp") for child in node.rights)


def line_between(node: Token, head: Token) -> bool:
    """Whether a paragraph ends between two words that a bad sentence boundary put into one tree."""
    first, last = min(node.i, head.i), max(node.i, head.i)
    if last - first < 3:
        return False
    return any(
        token.is_space and "\n" in token.text and (token.text.count("\n") > 1 or node.doc[token.i - 1].is_punct)
        for token in node.doc[first + 1 : last]
    )


def set_off(node: Token) -> bool:
    """Whether a comma stands before the clause: "he snubbed her, cancelling the meeting"."""
    first = node.left_edge
    return bool(first.i) and node.doc[first.i - 1].text == ","
