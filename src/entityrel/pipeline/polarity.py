"""Polarity and modality by composition over the dependency tree.

A relation's word is judged from the inside out. At each word on the way to the root, what stands beside it applies
first (negation, auxiliaries, "no", "planned": `surroundings`), then what governs it ("denied", "plans to", "talks
on"). So "has not ruled out sending" is: sending, ruled out (negated, planned), not (possible).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.tokens import Doc, Token

from entityrel.knowledge.cues import Governor, Lexicon, Link, coarse_pos
from entityrel.pipeline.surroundings import apply_arguments, apply_past_posts, apply_surroundings, apply_trigger
from entityrel.pipeline.verdict import PLANNED, POSSIBLE, Verdict

__all__ = ["Verdict", "judge"]

_MAX_STEPS = 14
_SHORT = 16  # words
_FINITE = {"VBD", "VBP", "VBZ", "MD"}


def judge(doc: Doc, predicate: str, trigger: int, arguments: Iterable[int], lexicon: Lexicon) -> Verdict:
    """Judge the relation that the word ``trigger`` states.

    Args:
        doc: A parsed Doc with CLEAR labels.
        predicate: The relation's predicate; some triggers speak for themselves ("offer" in ``transfers``).
        trigger: Index of the trigger's head token.
        arguments: Indices of the head tokens of the arguments ("no tanks" negates).
        lexicon: The cues.
    """
    node = doc[trigger]
    sentence = node.sent
    words = len(sentence) if len(sentence) > 2 * _SHORT else sum(1 for token in sentence if token.is_alpha)
    verdict = Verdict(short=words <= _SHORT)
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


def _outwards(verdict: Verdict, node: Token, lexicon: Lexicon) -> tuple[str, Token] | None:
    """Apply what governs ``node``; the way on, or None where nothing further out matters."""
    dep, head = node.dep_, node.head
    if head == node or _line_between(node, head):
        if _link(node) == "infinitive":
            verdict.raise_to(PLANNED, node)  # a headline: "Germany to hand Ukraine drones"
        _question(verdict, node)
        return None
    if _condition(verdict, node, lexicon):
        return None
    if dep == "conj":
        verdict.steps.append("conj")
        if (word := _instead(node)) is not None:
            verdict.negate(word)
        return _conjunct(verdict, node, lexicon), head
    if dep in ("pobj", "pcomp"):
        return _through_preposition(verdict, node, lexicon)
    if dep == "relcl" and _link(node) == "infinitive":
        verdict.raise_to(PLANNED, node)  # "jets to be delivered by Russia"
    if dep in ("relcl", "appos", "parataxis", "dep", "intj", "agent", "meta"):
        verdict.steps.append(dep)
        if dep == "relcl" and (found := _class_of(head, "clause", lexicon)) and found[1].bound:
            return _claim(verdict, head, lexicon)  # a "that" clause taken for a relative one
        return None
    if dep in ("compound", "nmod", "poss", "amod", "acomp", "nummod", "quantmod"):
        if found := _class_of(head, "object", lexicon):
            verdict.steps.append(f"{dep}:{found[0]}")
            verdict.govern(*found, head)
        return dep, head
    link = _link(node)
    if dep == "advcl" and link != "infinitive" and not (link == "gerund" and _class_of(head, link, lexicon)):
        verdict.steps.append(f"advcl:{_mark(node)}")
        # A participle shares the fate of its verb ("may attack, using drones"); "when" and "after" clauses do not.
        return ("advcl", head) if node.tag_ == "VBG" and not _mark(node) else None
    return _governed(verdict, node, head, link, lexicon)


def _line_between(node: Token, head: Token) -> bool:
    """Whether a paragraph ends between two words that a bad sentence boundary put into one tree."""
    first, last = min(node.i, head.i), max(node.i, head.i)
    if last - first < 3:
        return False
    return any(
        token.is_space and "\n" in token.text and (token.text.count("\n") > 1 or node.doc[token.i - 1].is_punct)
        for token in node.doc[first + 1 : last]
    )


def _governed(verdict: Verdict, node: Token, head: Token, link: Link, lexicon: Lexicon) -> tuple[str, Token] | None:
    lemma = head.lemma_.lower()
    if link == "infinitive" and lemma == "be" and node.dep_ in ("xcomp", "ccomp", "advcl"):
        verdict.steps.append("is to")
        verdict.raise_to(PLANNED, head)
        if head.tag_ == "VBD" and any(child.lower_ == "have" for child in node.lefts):
            verdict.negate(head, "counterfactual")
        return "is to", head
    if link == "infinitive" and lemma == "go" and head.tag_ == "VBG":
        verdict.steps.append("going to")
        verdict.raise_to(PLANNED, head)
        return "going to", head
    if any(child.lower_ in lexicon.cues.questions for child in node.lefts):
        verdict.steps.append(f"whether:{lemma}")
        verdict.raise_to(POSSIBLE, node)
        return None
    found = _class_of(head, link, lexicon)
    if found is None and link in ("subject", "clause") and lemma in ("be", "seem", "appear", "remain", "look"):
        # "the sale is off", "it is possible that Sofia sold them"
        for child in head.children:
            if child.dep_ in ("acomp", "attr") and (found := _class_of(child, "object", lexicon)):
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
            return _claim(verdict, head, lexicon)
        return None if governor.bound else (link, head)
    verdict.steps.append(f"{link}:{lemma}")
    if node.dep_ in ("acl", "advcl") and link == "infinitive":
        verdict.raise_to(PLANNED, node)  # "jets to bomb Iran": a purpose
        return None
    seen_through = lexicon.cues.transparent_clauses if link == "clause" else lexicon.cues.transparent.verbs
    if lemma in seen_through or link == "infinitive" or node.dep_ == "acl":
        return link, head
    return None


def _claim(verdict: Verdict, claim: Token, lexicon: Lexicon) -> tuple[str, Token] | None:
    """Of what stands outside a claim only its denial matters: "rejected claims that", "the report that … is false"."""
    verb = claim.head
    denials = [verb] if claim.dep_ in ("dobj", "nsubjpass") else []
    if claim.dep_ == "nsubj" and verb.lemma_ == "be":
        denials = [child for child in verb.children if child.dep_ in ("acomp", "attr")]
    for word in denials:
        found = _class_of(word, "object", lexicon)
        if found and found[0] == "denial":
            verdict.steps.append("object:denial")
            verdict.govern(*found, word)
            return "claim", verb
    return None


def _through_preposition(verdict: Verdict, node: Token, lexicon: Lexicon) -> tuple[str, Token] | None:
    preposition = node.head
    head = preposition.head
    link: Link = "gerund" if node.dep_ == "pcomp" else "object"
    before = preposition.nbor(-1).lower_ if preposition.i else ""
    negative = {preposition.lower_, before} & lexicon.cues.negative_prepositions
    if negative and (preposition.lower_ != "against" or node.dep_ == "pcomp"):
        found = _class_of(head, link, lexicon)
        verdict.steps.append(f"prep:{min(negative)}")
        if found and found[1].polarity == "negate" and preposition.lower_ != "without":
            verdict.govern(*found, head)  # "decided against", "stopped short of": one negation, not two
            return link, head
        verdict.negate(preposition)
        return None
    if head.lemma_.lower() in lexicon.cues.involvement:
        verdict.steps.append("involvement")
        return link, head  # "had no part in the attack"
    found = _class_of(head, link, lexicon)
    if head.pos_ in ("NOUN", "PROPN") and preposition.lower_ not in lexicon.cues.noun_prepositions:
        found = None
    if found and preposition.lower_ not in lexicon.cues.opaque_prepositions:
        verdict.steps.append(f"{preposition.lower_}:{found[0]}")
        verdict.govern(*found, head)
        return None if found[1].bound else (link, head)
    verdict.steps.append(f"{preposition.lower_}:{head.lemma_.lower()}")
    transparent = preposition.lower_ == "of" and head.pos_ == "NOUN"
    return (link, head) if transparent or head.lemma_.lower() in lexicon.cues.transparent.verbs else None


def _instead(node: Token) -> Token | None:
    """The "rather" of "lend shells to A rather than sell them to B", before the later conjunct."""
    for child in node.head.children:
        if child.dep_ == "cc" and child.lower_ == "than" and node.head.i < child.i < node.i:
            return next((word for word in child.lefts if word.lower_ == "rather"), None)
    return None


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
    if node.dep_ != "advcl":
        return False
    first = next(iter(node.lefts), None)
    for child in node.lefts:
        inverted = child == first and child.dep_ == "aux" and child.lower_ in ("had", "should", "were")
        if (child.dep_ in ("mark", "advmod") and child.lower_ in lexicon.cues.conditions) or inverted:
            verdict.hypothetical = True
            verdict.cues.append((child.i, child.i + 1, "hypothetical"))
            return True
    return False


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


def _class_of(head: Token, link: Link, lexicon: Lexicon) -> tuple[str, Governor] | None:
    pos = coarse_pos(head.pos_)
    companions = frozenset(_companions(head))
    lemma = head.lemma_.lower()
    found = lexicon.governor(lemma, pos, companions, link)
    if found is None and head.tag_ in ("VBN", "VBG", "VBD"):
        found = lexicon.governor(head.lower_, "ADJ", companions, link) or lexicon.governor(
            lemma, "VERB", companions, link
        )
    if found and link == "subject" and any(child.dep_ == "dobj" for child in head.rights):
        return None  # "the sale stopped the war"
    if lemma == "like" and "would" not in companions and "'d" not in companions:
        return None
    return found


def _companions(head: Token) -> Iterator[str]:
    for child in head.children:
        if child.dep_ in ("prt", "prep", "advmod", "acomp", "dative", "aux", "intj", "det", "npadvmod"):
            yield child.lower_


def _mark(node: Token) -> str:
    return next(
        (child.lower_ for child in node.lefts if child.dep_ in ("mark", "advmod") and child.tag_ in ("IN", "WRB")), ""
    )


def _link(node: Token) -> Link:
    dep = node.dep_
    if dep in ("nsubj", "csubj"):
        return "subject"
    if dep in ("dobj", "nsubjpass", "attr", "oprd", "dative", "npadvmod"):
        return "object"
    lefts = list(node.lefts)
    if any(child.dep_ == "aux" and child.lower_ == "to" for child in lefts):
        return "infinitive"
    if node.tag_ == "VBG" and not any(child.dep_ == "aux" for child in lefts):
        return "gerund"
    if dep == "xcomp" and node.tag_ not in _FINITE:
        return "infinitive"
    return "clause"
