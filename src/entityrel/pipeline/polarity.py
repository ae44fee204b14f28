"""Polarity and modality by composition over the dependency tree.

A relation's word is judged from the inside out. At each word on the way to the root, what stands beside it applies
first (negation, auxiliaries, "no", "planned": `surroundings`), then what governs it ("denied", "plans to", "talks
on"). So "has not ruled out sending" is: sending, ruled out (negated, planned), not (possible).
"""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Doc, Span, Token

from entityrel.knowledge.cues import Lexicon, Link
from entityrel.pipeline.claims import apply_claim, apply_showing, apply_wrong
from entityrel.pipeline.governors import class_of, link_of
from entityrel.pipeline.phrasings import (
    complete,
    confirm_or_deny,
    instead,
    interrupted,
    line_between,
    nonexistent,
    rather_than,
    set_off,
    that_of,
    too,
)
from entityrel.pipeline.posts import apply_past_posts
from entityrel.pipeline.surroundings import apply_arguments, apply_surroundings, apply_trigger, negative_phrase
from entityrel.pipeline.verdict import PLANNED, POSSIBLE, Verdict

__all__ = ["Verdict", "judge"]

_MAX_STEPS = 14
_SHORT = 16  # words
_PURPOSES = {"for", "towards", "toward"}


def judge(doc: Doc, predicate: str, trigger: int, arguments: Iterable[int], lexicon: Lexicon) -> Verdict:
    """Judge the relation that the word ``trigger`` states.

    Args:
        doc: A parsed Doc with CLEAR labels.
        predicate: The relation's predicate; some triggers speak for themselves ("offer" in ``transfers``). "" for
            the walk alone; the verdict does not know then whether the sentence is short.
        trigger: Index of the trigger's head token.
        arguments: Indices of the head tokens of the arguments ("no tanks" negates).
        lexicon: The cues.
    """
    node = doc[trigger]
    verdict = Verdict(predicate, short=bool(predicate) and _is_short(node.sent))
    apply_trigger(verdict, predicate, node, lexicon)
    if predicate in lexicon.cues.affiliations:
        apply_past_posts(verdict, node, [doc[index] for index in arguments], lexicon)
        return verdict
    apply_arguments(verdict, node, [doc[index] for index in arguments], lexicon)
    arrived = "trigger"
    for _ in range(_MAX_STEPS):
        before = len(verdict.cues)
        apply_surroundings(verdict, node, arrived, lexicon)
        verdict.local = verdict.local and (arrived == "trigger" or len(verdict.cues) == before)
        before = len(verdict.cues)
        outer = _outwards(verdict, node, lexicon)
        verdict.local = verdict.local and len(verdict.cues) == before
        if outer is None:
            break
        arrived, node = outer
    return verdict


def _is_short(sentence: Span) -> bool:
    return len(sentence) <= 2 * _SHORT and sum(1 for token in sentence if token.is_alpha) <= _SHORT


def _outwards(verdict: Verdict, node: Token, lexicon: Lexicon) -> tuple[str, Token] | None:
    """Apply what governs ``node``; the way on, or None where nothing further out matters."""
    dep, head = node.dep_, node.head
    if head == node or line_between(node, head):
        if link_of(node) == "infinitive":
            verdict.raise_to(PLANNED, node)  # a headline: "Germany to hand Ukraine drones"
        _question(verdict, node)
        return None
    if _condition(verdict, node, lexicon):
        return None
    if dep == "conj":
        verdict.steps.append("conj")
        if (word := instead(node)) is not None:
            verdict.negate(word)
        return _conjunct(verdict, node, lexicon), head
    if dep in ("pobj", "pcomp"):
        return _through_preposition(verdict, node, lexicon)
    if dep == "relcl" and link_of(node) == "infinitive":
        if class_of(head, "infinitive", lexicon):
            return _governed(verdict, node, head, "infinitive", lexicon)  # "ignored calls to send jets"
        if apply_showing(verdict, node, lexicon):
            return None
        verdict.raise_to(PLANNED, node)  # "jets to be delivered by Russia"
    if dep in ("relcl", "appos", "parataxis", "dep", "intj", "agent", "meta"):
        verdict.steps.append(dep)
        if dep == "relcl" and (nobody := nonexistent(head, node)) is not None:
            verdict.negate(nobody)
            return None
        if dep == "relcl" and (found := class_of(head, "clause", lexicon)):  # a "that" clause taken for a relative one
            if found[1].bound:
                return apply_claim(verdict, head, lexicon)
            if complete(node):
                return _governed(verdict, node, head, "clause", lexicon)
        return None
    if dep in ("compound", "nmod", "poss", "amod", "acomp", "nummod", "quantmod"):
        if found := class_of(head, "object", lexicon):
            verdict.steps.append(f"{dep}:{found[0]}")
            verdict.govern(*found, head)
        return dep, head
    link = link_of(node)
    if dep == "advcl" and _asked(node, lexicon) and _whether(verdict, node, lexicon):
        return None
    if dep == "advcl" and (word := rather_than(node)) is not None:
        verdict.steps.append("advcl:rather than")
        verdict.negate(word)
        return None
    complement = link == "gerund" and not set_off(node) and class_of(head, link, lexicon)
    if dep == "advcl" and link != "infinitive" and not complement:
        verdict.steps.append(f"advcl:{_mark(node)}")
        # A participle shares the fate of its verb ("may attack, using drones"); "when" and "after" clauses do not.
        return ("advcl", head) if node.tag_ == "VBG" and not _mark(node) else None
    return _governed(verdict, node, head, link, lexicon)


def _governed(verdict: Verdict, node: Token, head: Token, link: Link, lexicon: Lexicon) -> tuple[str, Token] | None:
    lemma = head.lemma_.lower()
    yet = any(word.lower_ == "yet" for word in head.children)
    if link == "infinitive" and lemma == "be" and node.dep_ in ("xcomp", "ccomp", "advcl") and not yet:
        verdict.steps.append("is to")
        verdict.raise_to(PLANNED, head)
        if head.tag_ == "VBD" and any(child.lower_ == "have" for child in node.lefts):
            verdict.negate(head, "counterfactual")
        return "is to", head
    if link == "infinitive" and lemma == "go" and head.tag_ == "VBG":
        verdict.steps.append("going to")
        verdict.raise_to(PLANNED, head)
        return "going to", head
    if _whether(verdict, node, lexicon):
        return None
    found = class_of(head, link, lexicon)
    if found is not None and lemma == "ask" and link == "clause" and not that_of(node):
        found = None  # "asked why it sold tanks"
    if link == "clause" and (outer := interrupted(node, head)) is not None:
        for judgement in (outer, *(child for child in outer.children if child.dep_ in ("acomp", "attr"))):
            if (parted := class_of(judgement, "object", lexicon)) and not parted[1].bound:
                verdict.steps.append(f"parted:{parted[0]}")
                verdict.govern(*parted, judgement)
                return "subject", outer
    if found is not None and confirm_or_deny(head):
        verdict.steps.append("confirm or deny")
        verdict.raise_to(POSSIBLE, head)
        return None
    if link == "clause" and (apply_wrong(verdict, head, lexicon) or apply_showing(verdict, head, lexicon)):
        return None
    if found is None and link in ("subject", "clause") and lemma in ("be", "seem", "appear", "remain", "look", "prove"):
        # "the sale is off", "it is possible that Sofia sold them"
        for child in head.children:
            if child.dep_ in ("acomp", "attr", "oprd") and (found := class_of(child, "object", lexicon)):
                verdict.govern(*found, child)
                verdict.steps.append(f"{link}:{found[0]}")
                return "subject", head
        if link == "subject":
            return "subject", head
    if found is not None:
        name, governor = found
        verdict.steps.append(f"{link}:{name}")
        verdict.govern(name, governor, head, settles=link == "object")
        if governor.bound and head.pos_ == "NOUN":
            return apply_claim(verdict, head, lexicon)
        return None if governor.bound else (link, head)
    verdict.steps.append(f"{link}:{lemma}")
    if link == "infinitive" and (word := too(head)) is not None:
        verdict.negate(word)
        return link, head
    if node.dep_ in ("acl", "advcl") and link == "infinitive":
        verdict.raise_to(PLANNED, node)  # "jets to bomb Iran": a purpose
        return None
    seen_through = lexicon.cues.transparent_clauses if link == "clause" else lexicon.cues.transparent.verbs
    if lemma in seen_through or link == "infinitive" or node.dep_ == "acl":
        return link, head
    return None


def _through_preposition(verdict: Verdict, node: Token, lexicon: Lexicon) -> tuple[str, Token] | None:
    preposition = node.head
    link: Link = "gerund" if node.dep_ == "pcomp" else "object"
    head = _above_preposition(preposition, link, lexicon)
    if _whether(verdict, node, lexicon):
        return None
    before = preposition.nbor(-1).lower_ if preposition.i else ""
    negative = {preposition.lower_, before} & lexicon.cues.negative_prepositions
    if negative and (preposition.lower_ != "against" or node.dep_ == "pcomp"):
        found = class_of(head, link, lexicon)
        verdict.steps.append(f"prep:{min(negative)}")
        if found and found[1].polarity == "negate" and preposition.lower_ != "without":
            verdict.govern(*found, head)  # "decided against", "stopped short of": one negation, not two
            return link, head
        if preposition.lower_ != "without" or preposition.i < head.i or not _negative(head, lexicon):
            verdict.negate(preposition)  # but "not a day passes without"
            if found and preposition.lower_ == "against":
                verdict.govern(*found, head)
        return None
    if head.lemma_.lower() in lexicon.cues.involvement:
        verdict.steps.append("involvement")
        return link, head  # "had no part in the attack"
    found = class_of(head, link, lexicon)
    if head.pos_ in ("NOUN", "PROPN") and preposition.lower_ not in lexicon.cues.noun_prepositions:
        found = None
    named = found and f"{head.lemma_.lower()} {preposition.lower_}" in found[1].words(head.pos_)  # "balk at"
    if found and not named and preposition.lower_ == "for" and head.pos_ == "VERB" and found[1].polarity == "negate":
        found = None  # a reason: "barred for using drones"
    if found and found[0] == "announcing" and head.pos_ == "VERB":
        found = None  # "he announced on a trip to Bonn"
    if found and (named or preposition.lower_ not in lexicon.cues.opaque_prepositions):
        verdict.steps.append(f"{preposition.lower_}:{found[0]}")
        verdict.govern(*found, head)
        if found[1].bound:
            return apply_claim(verdict, head, lexicon) if head.pos_ == "NOUN" else None
        return link, head
    verdict.steps.append(f"{preposition.lower_}:{head.lemma_.lower()}")
    transparent = preposition.lower_ == "of" and head.pos_ == "NOUN"
    return (link, head) if transparent or head.lemma_.lower() in lexicon.cues.transparent.verbs else None


def _above_preposition(preposition: Token, link: Link, lexicon: Lexicon) -> Token:
    """What a preposition belongs to: past adverbs ("backed away from"), the noun before it ("no decision on")."""
    head = preposition.head
    words = [head]
    while words[-1].dep_ in ("advmod", "prt", "prep", "acomp") and words[-1].head != words[-1]:
        words.append(words[-1].head)
    for word in reversed(words[1:]):
        if class_of(word, link, lexicon):
            return word
    if head.dep_ == "pobj" and head.head.head.pos_ == "NOUN" and class_of(head, link, lexicon) is None:
        outer = class_of(head.head.head, link, lexicon)  # "talks with Rome on a sale", "reports in the press of a sale"
        if outer and (head.ent_type_ or outer[1].bound):
            return head.head.head
    if head.dep_ == "dobj" and preposition.lower_ in _PURPOSES and class_of(head, link, lexicon) is None:
        return head.head if class_of(head.head, link, lexicon) else head  # "earmarked funds for a purchase"
    if head.pos_ == "VERB" and class_of(head, link, lexicon) is None:
        for child in head.rights:
            if child.dep_ == "dobj" and child.right_edge.i == preposition.i - 1 and class_of(child, link, lexicon):
                return child
    return head


def _whether(verdict: Verdict, node: Token, lexicon: Lexicon) -> bool:
    """Whether the clause is an indirect question: "whether it will send jets", "a decision on whether"."""
    if not any(child.lower_ in lexicon.cues.questions for child in node.lefts):
        return False
    verdict.steps.append(f"whether:{node.head.lemma_.lower()}")
    verdict.raise_to(POSSIBLE, node)
    return True


def _negative(verb: Token, lexicon: Lexicon) -> bool:
    subjects = (child for child in verb.lefts if child.dep_ in ("nsubj", "nsubjpass"))
    if any(child.tag_ == "MD" for child in verb.lefts):
        return False
    return any(child.dep_ == "neg" for child in verb.lefts) or any(negative_phrase(s, lexicon) for s in subjects)


def _conjunct(verdict: Verdict, node: Token, lexicon: Lexicon) -> str:
    """How much of the first conjunct's surroundings a later one shares: its governors always, the rest by form."""
    own_subject = any(child.dep_ in ("nsubj", "nsubjpass") for child in node.lefts)
    own_aux = any(child.dep_ in ("aux", "auxpass") for child in node.lefts)
    if node.pos_ in ("NOUN", "PROPN"):
        return "shared"
    if own_subject or own_aux or node.tag_ in ("VBD", "VBP", "VBZ"):
        return "conj finite"
    coordinator = next((child.lower_ for child in node.head.children if child.dep_ == "cc"), "")
    return "shared" if coordinator in ("or", "nor", "and") else "conj"


def _condition(verdict: Verdict, node: Token, lexicon: Lexicon) -> bool:
    """Whether the clause is a condition: "if Iran sells", "had Iran sold"."""
    if node.dep_ != "advcl" or _asked(node, lexicon):
        return False
    first = next(iter(node.lefts), None)
    for child in node.lefts:
        inverted = child == first and child.dep_ == "aux" and child.lower_ in ("had", "should", "were")
        if (child.dep_ in ("mark", "advmod") and child.lower_ in lexicon.cues.conditions) or inverted:
            verdict.hypothetical = True
            verdict.cues.append((child.i, child.i + 1, "hypothetical"))
            return True
    return False


def _asked(node: Token, lexicon: Lexicon) -> bool:
    """Whether an "if" clause asks: "it is unclear if they sold tanks"."""
    asking = (node.head, *(child for child in node.head.children if child.dep_ in ("acomp", "attr")))
    return node.i > node.head.i and any(word.lemma_.lower() in lexicon.cues.asking for word in asking)


def _question(verdict: Verdict, root: Token) -> None:
    """Mark a yes-no question: its auxiliary stands before its subject."""
    subject = next((child for child in root.lefts if child.dep_ in ("nsubj", "nsubjpass", "expl")), None)
    first = next((child for child in root.lefts if child.dep_ in ("aux", "auxpass")), None)
    before = first.i if first is not None else root.i
    if subject is None or before > subject.i or root.sent[-1].text not in ("?", '?"', "?”"):
        return
    if any(child.tag_ in ("WRB", "WP", "WDT") for child in root.lefts):
        return
    verdict.hypothetical = True
    verdict.cues.append((before, before + 1, "hypothetical"))


def _mark(node: Token) -> str:
    return next(
        (child.lower_ for child in node.lefts if child.dep_ in ("mark", "advmod") and child.tag_ in ("IN", "WRB")), ""
    )
