"""Claims and proofs: of what stands outside them only their denial and their absence matter."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.governors import class_of
from entityrel.pipeline.verdict import POSSIBLE, Verdict

__all__ = ["apply_claim", "apply_showing"]

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
    denials = [verb] if claim.dep_ in ("dobj", "nsubjpass") else []
    if claim.dep_ == "nsubj" and verb.lemma_ in _EQUATING:
        copulas = [verb, *(child for child in verb.children if child.dep_ == "xcomp")]  # "turned out to be false"
        said = ("acomp", "attr", "oprd", "xcomp")
        denials = [child for copula in copulas for child in copula.children if child.dep_ in said]
    for word in denials:
        found = class_of(word, "object", lexicon)
        if found and found[0] == "denial":
            verdict.steps.append("object:denial")
            verdict.govern(*found, word)
            return "claim", verb
    return None


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
    for child in verb.lefts:
        if child.dep_ == "neg" or (child.dep_ == "advmod" and child.lower_ in lexicon.cues.negation):
            return child
    for head in _controllers(verb):
        found = class_of(head, "infinitive", lexicon)
        if found and found[0] in ("failing", "refusal"):
            return head
    return None


def _controllers(verb: Token) -> Iterator[Token]:
    if verb.dep_ in ("xcomp", "advcl", "acl", "ccomp", "conj") and verb.head != verb:
        yield verb.head
        yield from (child for child in verb.head.children if child.dep_ == "acomp")
