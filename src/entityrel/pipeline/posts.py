"""Posts that somebody held once, never or will hold: "former president", "resigned as minister", "will become"."""

from __future__ import annotations

from spacy.tokens import Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.verdict import PLANNED, Verdict

__all__ = ["apply_past_posts"]

_UNTIL = 4  # tokens behind a post in which "until" ends it
_NEAR = 6  # tokens behind a post in which what it belongs to may stand
_FORMER = {"amod", "advmod", "compound", "nmod", "punct", "det"}
_COPULAS = {"be", "become", "remain", "stay"}
_UNDOING = {"ceasing", "halting", "failing", "refusal"}
_OPEN = {"MD", "VB", "TO"}  # "will resign", "to be sacked"
_SUBJECTS = {"nsubj", "nsubjpass"}


def apply_past_posts(verdict: Verdict, node: Token, arguments: list[Token], lexicon: Lexicon) -> None:
    """Apply what says that a post is no longer held, or not yet.

    Args:
        verdict: What is known so far.
        node: The word of the post.
        arguments: Head tokens of who holds it and of what it belongs to.
        lexicon: The cues.
    """
    words = (node, *arguments[:1])
    for word in words:
        for child in word.lefts:
            if verdict.negated or child.lower_ in lexicon.cues.then:
                return
            if child.dep_ in _FORMER and child.lower_ in lexicon.cues.former:
                verdict.negate(child, "former")
    if verdict.negated:
        return
    first, last = min(word.i for word in words), max(word.i for word in words)
    last = max(last, *(word.i for word in arguments if word.i <= last + _NEAR), last)  # "head of NATO until May"
    for token in node.doc[max(first - 1, node.sent.start) : min(last + _UNTIL, node.sent.end)]:
        if token.i > last and token.pos_ == "VERB":
            break
        if token.lower_ in lexicon.cues.ended:
            verdict.negate(token, "former")
            return
        if token.lower_ in lexicon.cues.elect:
            verdict.raise_to(PLANNED, token)
            return
    if (until := _ended(node, lexicon)) is not None:
        verdict.negate(until, "former")
        return
    if arguments:
        _apply_clause(verdict, node, arguments[0], lexicon)


def _ended(node: Token, lexicon: Lexicon) -> Token | None:
    """The "until" of "served as minister until 2022", however far behind."""
    words = [node]
    while words[-1].dep_ in ("attr", "pobj", "prep", "oprd") and words[-1].head.pos_ in ("VERB", "AUX", "ADP", "SCONJ"):
        words.append(words[-1].head)
    for verb in words:
        if verb.pos_ in ("VERB", "AUX"):
            return next((child for child in verb.children if child.lower_ in lexicon.cues.ended), None)
    return None


def _apply_clause(verdict: Verdict, node: Token, holder: Token, lexicon: Lexicon) -> None:
    """What the clause says: "is no longer minister", "will become president", "was ousted", "has resigned"."""
    verb, copula = node, False
    while verb.dep_ in ("attr", "oprd", "xcomp", "conj") and verb.head != verb:
        verb = verb.head
        copula = copula or verb.lemma_ in _COPULAS
        if copula:
            if (word := _undoing(verb, lexicon)) is not None and word.i < node.i:
                verdict.negate(word, "former")
                return
            will = next((c for c in verb.lefts if c.tag_ == "MD" and c.lower_ in lexicon.cues.modals.planned), None)
            if will is not None:
                verdict.raise_to(PLANNED, will)
                return
    for verb in (node.head, holder.head, *(child for child in holder.rights if child.dep_ == "relcl")):
        if verb not in (node, holder) and verb.pos_ == "VERB" and (word := _ending(verb, holder, lexicon)) is not None:
            verdict.negate(word, "former")
            return


def _undoing(verb: Token, lexicon: Lexicon) -> Token | None:
    """ "no longer", "never", "ceased" beside or above a copula."""
    for child in verb.children:
        if child.dep_ == "neg" or (child.dep_ == "advmod" and child.lower_ in lexicon.cues.negation):
            return child
        if child.lower_ == "longer" and any(word.lower_ == "no" for word in child.lefts):
            return child
    above = verb.head
    names = lexicon.classes(above.lemma_.lower(), above.pos_) if verb.dep_ == "xcomp" else ()
    return above if _UNDOING.intersection(names) else None


def _ending(verb: Token, holder: Token, lexicon: Lexicon) -> Token | None:
    """The verb if by it ``holder`` leaves the post or is put out of it; what will happen has not ended anything."""
    companions = {child.lower_ for child in verb.children}
    open_ = any(
        child.dep_ == "neg" or (child.dep_ in ("aux", "auxpass") and child.tag_ in _OPEN) for child in verb.lefts
    )
    if open_ or verb.tag_ not in ("VBD", "VBN"):
        return None
    subject = next((child for child in verb.lefts if child.dep_ in _SUBJECTS), None)
    relative = verb.dep_ == "relcl" and verb.head == holder
    holds = subject == holder or (relative and subject is not None and subject.tag_ in ("WP", "WDT"))
    lemma = verb.lemma_.lower()
    names = {lemma, *(f"{lemma} {word}" for word in companions)}
    if names & lexicon.cues.giving_up and holds and subject is not None and subject.dep_ == "nsubj":
        return verb
    passive = any(child.dep_ == "auxpass" for child in verb.lefts)
    done_to = (holds and passive) or (holder.head == verb and holder.dep_ == "dobj")
    return verb if names & lexicon.cues.putting_out and done_to else None
