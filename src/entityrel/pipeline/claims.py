"""Claims and proofs: of what stands outside them only their denial and their absence matter."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.governors import class_of
from entityrel.pipeline.surroundings import negative_phrase
from entityrel.pipeline.verdict import POSSIBLE, Verdict

__all__ = ["apply_claim", "apply_showing", "apply_wrong"]

_JUDGING = {"find", "judge", "consider", "hold", "deem", "dismiss", "reject", "deny", "refute"}
_COMPLEMENTS = {"acomp", "attr", "oprd", "xcomp"}
_DENYING = {"denial", "untrue"}
_MAX_STEPS = 14  # words upwards, as in `polarity`; more are none that anybody wrote
_EQUATING = {"be", "prove", "turn", "seem", "appear", "remain"}


def apply_claim(verdict: Verdict, claim: Token, lexicon: Lexicon) -> tuple[str, Token] | None:
    """Apply the denial or absence of a claim, and go on from the denial.

    "rejected claims that", "the report that … is false"; "no evidence that", "found little proof that".
    """
    found = class_of(claim, "clause", lexicon)
    if found and found[0] == "evidence":
        if (word := _missing(claim, lexicon)) is not None:
            verdict.steps.append("missing:evidence")
            verdict.negate(word)
        return None
    verb = claim.head
    if claim.dep_ == "pobj":
        verb = verb.head
        if (nothing := _worthless(verb, lexicon)) is not None:
            verdict.steps.append("missing:worth")
            verdict.negate(nothing)
            return None
    for word in _said_of(claim):
        found = class_of(word, "object", lexicon)
        if found and found[0] in _DENYING:
            verdict.steps.append("object:denial")
            verdict.govern(*found, word)
            return "claim", verb
        if word.lower_ == "without":
            verdict.steps.append("object:without")
            verdict.negate(word)
            return None
    return None


def _said_of(claim: Token) -> Iterator[Token]:
    """The words that may deny a claim: "they rejected it", "it is false", "it was found to be false"."""
    verb = claim.head
    if claim.dep_ in ("dobj", "nsubjpass"):
        yield verb
        for preposition in verb.children:
            if preposition.lower_ == "as":  # "described as pure invention"
                yield from preposition.children
    if claim.dep_ == "pobj" and verb.head.pos_ == "VERB":
        yield verb.head  # "poured cold water on reports"
    if claim.dep_ not in ("nsubj", "nsubjpass"):
        return
    verbs = [verb, *(child for child in verb.children if child.dep_ == "conj")]
    for said in verbs:
        if said.lemma_ not in _EQUATING and said.lemma_ not in _JUDGING:
            continue
        yield said
        copulas = [said, *(child for child in said.children if child.dep_ == "xcomp")]  # "turned out to be false"
        for child in (child for copula in copulas for child in copula.children):
            if child.dep_ in _COMPLEMENTS or (child.dep_ == "prep" and child.lower_ == "without"):
                yield child


def _worthless(above: Token, lexicon: Lexicon) -> Token | None:
    """The "no" of "no merit in the claim"; ``above`` is what "in" belongs to."""
    for noun in (above, *(child for child in above.children if child.dep_ in ("dobj", "attr"))):
        if noun.lemma_.lower() in lexicon.cues.worth:
            return next((word for word in noun.lefts if word.lower_ in lexicon.cues.missing), None)
    return None


def apply_wrong(verdict: Verdict, verb: Token, lexicon: Lexicon) -> bool:
    """Whether it is "wrong to say" what the verb says; it is negated then."""
    if verb.dep_ not in ("xcomp", "ccomp", "advcl") or not any(child.lower_ == "to" for child in verb.lefts):
        return False
    for word in (verb.head, *(child for child in verb.head.children if child.dep_ == "acomp")):
        found = class_of(word, "object", lexicon) if word.pos_ == "ADJ" else None
        if found and found[0] in _DENYING:
            verdict.steps.append("wrong to say")
            verdict.negate(word)
            return True
    return False


def apply_showing(verdict: Verdict, verb: Token, lexicon: Lexicon) -> bool:
    """Whether a word that would show something shows nothing ("nothing suggests that") or fails to ("cannot confirm").

    What nothing shows is negated, what somebody could not confirm is possible.
    """
    if verb.lemma_.lower() not in lexicon.cues.showing:
        return False
    shower = verb.head if verb.dep_ in ("relcl", "acl") else None
    shower = shower or next((child for child in verb.lefts if child.dep_ in ("nsubj", "nsubjpass")), None)
    if shower is not None and (word := _missing(shower, lexicon)) is not None:
        verdict.steps.append("missing:shower")
        verdict.rank = 0
        verdict.negate(word)
        return True
    if (word := _undone(verb, lexicon)) is not None:
        verdict.steps.append("unshown")
        verdict.raise_to(POSSIBLE, word)
        return True
    return False


def _missing(noun: Token, lexicon: Lexicon) -> Token | None:
    """The word that says that there is none of it: "no", "nothing", "without", "did not find"."""
    cues = lexicon.cues
    if noun.pos_ in ("PRON", "NOUN") and (noun.lower_ == "nothing" or noun.lower_ in cues.missing):
        return noun
    if class_of(noun, "clause", lexicon) is None:
        return None
    for child in noun.lefts:
        if child.lower_ in cues.missing:
            return child
    above = noun.head
    if noun.dep_ == "pobj":
        return above if above.lower_ in cues.negative_prepositions else None
    if noun.dep_ in ("dobj", "attr", "nsubjpass", "nsubj") and above.pos_ in ("VERB", "AUX"):
        return _undone(above, lexicon)
    return None


def _undone(verb: Token, lexicon: Lexicon) -> Token | None:
    """The word by which a verb's action did not take place: "not", "failed to", "unable to"."""
    for _ in range(_MAX_STEPS):
        for child in verb.children:
            if child.dep_ == "neg" or (child.dep_ == "advmod" and child.lower_ in lexicon.cues.negation):
                return child
            if child.dep_ in ("nsubj", "nsubjpass") and (word := negative_phrase(child, lexicon)) is not None:
                return word
        above = verb.head
        if verb.dep_ not in ("xcomp", "advcl", "acl", "acomp") or above == verb:
            return None
        for head in (above, *(child for child in above.children if child.dep_ == "acomp" and child != verb)):
            found = class_of(head, "infinitive", lexicon)
            if found and found[0] in ("failing", "refusal"):
                return head
        verb = above  # "was not able to find"
    return None
