"""What stands beside a word: negation, auxiliaries, "no", "planned", and what the trigger says by itself."""

from __future__ import annotations

from spacy.tokens import Token

from entityrel.knowledge.cues import Governor, Lexicon
from entityrel.pipeline.verdict import DESIRED, PLANNED, POSSIBLE, Verdict
from entityrel.schema import MODALITIES

__all__ = ["apply_arguments", "apply_surroundings", "apply_trigger", "negative_phrase"]

_CORE_ARGUMENTS = {"nsubj", "nsubjpass", "dobj", "attr", "dative", "oprd"}


def apply_trigger(verdict: Verdict, predicate: str, node: Token, lexicon: Lexicon) -> None:
    """What the trigger says by itself, for its predicate: an "offer" of ``transfers`` is possible."""
    said = lexicon.trigger(predicate, node.lemma_.lower())
    if said is None:
        return
    if said.polarity == "negated":
        verdict.negate(node)
    if said.modality != "actual":
        verdict.raise_to(MODALITIES.index(said.modality), node)


def apply_arguments(verdict: Verdict, node: Token, arguments: list[Token], lexicon: Lexicon) -> None:
    """A "no" before an argument that hangs further off: "sent weapons to no government"."""
    for argument in arguments:
        # Only what belongs to the trigger's own clause: "no tanks were sent", not "he, with no army, attacked".
        if node in (argument.head, argument.head.head):
            continue  # apply_surroundings sees it
        for child in argument.lefts:
            following = node.doc[child.i + 1].lower_
            if following in lexicon.cues.no_negation_before:
                continue  # "no fewer than 40 tanks"
            if child.dep_ == "det" and child.lower_ in ("no", "neither") and argument.sent == node.sent:
                verdict.negate(child)
                return


def apply_surroundings(verdict: Verdict, node: Token, arrived: str, lexicon: Lexicon) -> None:
    """Apply auxiliaries, negation and modifiers of one word."""
    if arrived == "conj finite":
        return  # a later conjunct with a tense of its own shares nothing but the governors
    cues = lexicon.cues
    shares_all = arrived != "conj" and not (arrived == "shared" and verdict.negated)
    modal: Token | None = None
    perfect = False
    negation: Token | None = None
    for child in node.children:
        lower = child.lower_
        if child.dep_ == "aux":
            if lower == "to" and (yet := _yet(child)) is not None:
                negation = yet
            for below in child.children:  # "that at no time had it sold tanks"
                negation = negation or _no_occasion(below, cues.occasions)
            if child.tag_ == "MD":
                modal = child
            perfect = perfect or (lower in ("have", "'ve") and child.tag_ == "VB")
        elif (word := _negative_word(child, cues.negation)) is not None:
            if child.dep_ == "cc" and child.i > node.i:
                continue  # "neither … nor": said of the next conjunct
            if _negates(word, cues.no_negation_before):
                negation = word
        elif child.dep_ == "prep" and (word := _no_occasion(child, cues.occasions)) is not None:
            negation = negation or word
        elif arrived == "trigger" and child.dep_ == "advmod" and lower in cues.nearly and _attempt(node, child):
            negation = negation or child
        elif child.dep_ == "advmod" and lower in cues.possible_adverbs:
            verdict.raise_to(POSSIBLE, child)
        elif child.dep_ in _CORE_ARGUMENTS and (word := negative_phrase(child, lexicon)) is not None:
            negation = negation or word
        elif child.dep_ in ("amod", "compound") and node.pos_ in ("NOUN", "PROPN"):
            found = _class_of_modifier(child, lexicon)
            if found is not None:
                verdict.govern(*found, child)
    if negation is not None and any(child.lower_ in cues.ended for child in node.rights):
        negation = None  # "did not attack until December"
    if negation is not None and perfect and modal is not None and modal.lower_ in cues.modals.desired:
        return  # "should not have attacked"
    if negation is not None and shares_all and _could_not(modal, negation, perfect, arrived):
        verdict.negate(negation)
        return
    if modal is not None and modal.lower_ == "could" and (word := _before(node)) is not None:
        verdict.negate(word)  # "left before he could meet her"
        return
    if modal is not None:
        _modal(verdict, node, modal, perfect, lexicon)
    elif node.tag_ in ("VBP", "VBZ", "VBG", "VB") and (word := _future(node, lexicon)) is not None:
        verdict.raise_to(PLANNED, word)
    if negation is not None and shares_all:
        verdict.negate(negation)


def _yet(to: Token) -> Token | None:
    """The "yet" of "has yet to deliver", however the parser hangs it."""
    before = to.doc[to.i - 1] if to.i else None
    return before if before is not None and before.lower_ == "yet" else None


def _no_occasion(preposition: Token, occasions: frozenset[str]) -> Token | None:
    """The "no" of "at no point", "under no circumstances"; "in no time" means at once."""
    for noun in preposition.children if preposition.dep_ == "prep" else ():
        if noun.dep_ == "pobj" and noun.lemma_.lower() in occasions:
            quick = preposition.lower_ == "in" and noun.lower_ == "time"
            return next((word for word in noun.lefts if word.lower_ == "no" and not quick), None)
    return None


def _attempt(node: Token, nearly: Token) -> bool:
    return node.pos_ == "VERB" and nearly.i < node.i and nearly.i + 2 >= node.i


def _before(node: Token) -> Token | None:
    return next((child for child in node.lefts if child.dep_ == "mark" and child.lower_ == "before"), None)


def _class_of_modifier(word: Token, lexicon: Lexicon) -> tuple[str, Governor] | None:
    """The class of "possible", "planned", "cancelled" before a noun."""
    lemma = word.lemma_.lower()
    found = lexicon.governor(lemma, "ADJ", frozenset(), "object")
    if found is None and word.tag_ == "VBN":
        found = lexicon.governor(lemma, "VERB", frozenset(), "object")
    return None if found and found[1].bound else found  # "repeated requests" says nothing


def _could_not(modal: Token | None, negation: Token, perfect: bool, arrived: str) -> bool:
    # "could not deliver", "cannot deny delivering" tell of a failure, "may not deliver" of a possibility
    if modal is None or negation.dep_ != "neg" or perfect:
        return False
    return modal.lower_ == "could" or (arrived != "trigger" and modal.lower_ in ("can", "ca"))


def _modal(verdict: Verdict, node: Token, modal: Token, perfect: bool, lexicon: Lexicon) -> None:
    modals, lower = lexicon.cues.modals, modal.lower_
    if lower in modals.conditional:
        conditional = any(
            child.dep_ == "advcl" and any(mark.lower_ in lexicon.cues.conditions for mark in child.lefts)
            for child in node.children
        )
        if perfect and (conditional or node.dep_ != "ccomp"):
            verdict.negate(modal, "counterfactual")
        elif perfect or conditional:
            verdict.raise_to(POSSIBLE, modal)
        elif node.lemma_ not in ("like", "prefer"):
            verdict.raise_to(PLANNED, modal)
    elif lower in modals.planned:
        verdict.raise_to(PLANNED, modal)
    elif lower in modals.possible:
        verdict.raise_to(POSSIBLE, modal)
    elif lower in modals.desired:
        if perfect and lower == "must":
            verdict.raise_to(POSSIBLE, modal)
        else:
            if perfect:
                verdict.negate(modal, "counterfactual")
            verdict.raise_to(DESIRED, modal)


def _negative_word(child: Token, negation: frozenset[str]) -> Token | None:
    if child.dep_ == "neg" or (child.dep_ in ("advmod", "preconj", "cc", "det") and child.lower_ in negation):
        return child
    if child.dep_ == "advmod":  # "no longer", "hardly ever"
        return next((word for word in child.lefts if word.dep_ in ("neg", "advmod") and word.lower_ in negation), None)
    return None


def _negates(word: Token, before: frozenset[str]) -> bool:
    following = word.doc[word.i + 1].lower_ if word.i + 1 < len(word.doc) else ""
    if word.lower_ == "no" and word.dep_ not in ("det", "neg"):
        return False
    return following not in before


def negative_phrase(phrase: Token, lexicon: Lexicon) -> Token | None:
    """The "no" of "no tanks", "neither side", "nobody", as subject or object of a verb."""
    if phrase.lower_ in lexicon.cues.negation:
        return phrase
    for child in phrase.lefts:
        first = next(iter(child.lefts), None)
        if first is not None and first.lower_ == "not" and child.dep_ in ("nummod", "quantmod", "det", "amod"):
            return first  # "not one tank"
        if child.lower_ in ("no", "neither") and child.dep_ in ("det", "preconj", "cc", "neg"):
            return child if _negates(child, lexicon.cues.no_negation_before) else None
        if child.dep_ == "neg" or (child.lower_ == "not" and child.i < phrase.i):
            return child if _negates(child, lexicon.cues.no_negation_before) else None
    return None


def _future(node: Token, lexicon: Lexicon) -> Token | None:
    """The "next" of "arrives next week": a present tense that tells of the future."""
    if any(child.dep_ in ("aux", "auxpass") and child.tag_ in ("VBD", "VBN") for child in node.lefts):
        return None
    for child in node.children:
        if child.dep_ in ("npadvmod", "advmod"):
            for word in (child, *child.lefts):
                if word.lower_ in lexicon.cues.future_times:
                    return word
    return None
