"""Polarity and modality by composition over the dependency tree.

A relation's word is judged from the inside out. At each word on the way to the root, what stands beside it applies
first (negation, auxiliaries, "no", "planned"), then what governs it ("denied", "plans to", "talks on"). So
"has not ruled out sending" is: sending, ruled out (negated, planned), not (possible).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from entityrel.knowledge.cues import Governor, Judgement, Lexicon, Link
from entityrel.schema import MODALITIES, Modality, Polarity

__all__ = ["Verdict", "judge"]

_MAX_STEPS = 14
_UNTIL = 4  # tokens behind a post in which "until" ends it
_CORE_ARGUMENTS = {"nsubj", "nsubjpass", "dobj", "attr", "dative", "oprd"}
_FINITE = {"VBD", "VBP", "VBZ", "MD"}
_PLANNED, _POSSIBLE, _DESIRED = (MODALITIES.index(name) for name in ("planned", "possible", "desired"))


@dataclass(slots=True)
class Verdict:
    """What the tree says about a relation.

    Attributes:
        negated: Whether it is negated.
        rank: Its modality as an index into `MODALITIES`.
        hypothetical: Whether it stands in a bare condition or question, and so is not stated at all.
        cues: Token spans of the words that decided, each with its effect.
        steps: The way outwards, as "link:class" or "link:lemma" (features of the classifier).
    """

    negated: bool = False
    rank: int = 0
    hypothetical: bool = False
    cues: list[tuple[int, int, str]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    _if_negated: Judgement | None = None
    _used: set[int] = field(default_factory=set)

    @property
    def polarity(self) -> Polarity:
        """The polarity."""
        return "negated" if self.negated else "affirmed"

    @property
    def modality(self) -> Modality:
        """The modality."""
        return MODALITIES[self.rank]

    def negate(self, token: Token | None = None, effect: str = "negated") -> None:
        """Turn the relation round, or into what its governor becomes when negated; each word does so once."""
        if token is not None:
            if token.i in self._used:
                return
            self._used.add(token.i)
        if self._if_negated:
            self.negated = self._if_negated.polarity == "negated"
            self.rank = MODALITIES.index(self._if_negated.modality)
            self._if_negated = None
        else:
            self.negated = not self.negated
        self._note(token, effect)

    def raise_to(self, rank: int, token: Token | None = None) -> None:
        """Take a modality, unless a later one holds already."""
        self._note(token, MODALITIES[rank])
        self.rank = max(self.rank, rank)

    def govern(self, name: str, governor: Governor, token: Token) -> None:
        """Apply a governing word."""
        if governor.polarity == "negate":
            self.negate(token, name)
        elif governor.modality != "actual":
            self._note(token, name)
        self.rank = max(self.rank, MODALITIES.index(governor.modality))
        self._if_negated = governor.negated

    def _note(self, token: Token | None, effect: str) -> None:
        if token is not None:
            self.cues.append((token.i, token.i + 1, effect))


def judge(doc: Doc, predicate: str, trigger: int, arguments: Iterable[int], lexicon: Lexicon) -> Verdict:
    """Judge the relation that the word ``trigger`` states.

    Args:
        doc: A parsed Doc with CLEAR labels.
        predicate: The relation's predicate; some triggers speak for themselves ("offer" in ``transfers``).
        trigger: Index of the trigger's head token.
        arguments: Indices of the head tokens of the arguments ("no tanks" negates).
        lexicon: The cues.
    """
    verdict = Verdict()
    node = doc[trigger]
    _inherent(verdict, predicate, node, lexicon)
    if predicate in lexicon.cues.affiliations:
        _former(verdict, node, [doc[index] for index in arguments], lexicon)
        return verdict
    _negated_arguments(verdict, node, [doc[index] for index in arguments], lexicon)
    arrived = "trigger"
    for _ in range(_MAX_STEPS):
        _local(verdict, node, arrived, lexicon)
        outer = _outwards(verdict, node, lexicon)
        if outer is None:
            break
        arrived, node = outer
    return verdict


# What stands beside a word


def _inherent(verdict: Verdict, predicate: str, node: Token, lexicon: Lexicon) -> None:
    said = lexicon.trigger(predicate, node.lemma_.lower())
    if said is None:
        return
    if said.polarity == "negated":
        verdict.negate(node)
    if said.modality != "actual":
        verdict.raise_to(MODALITIES.index(said.modality), node)


def _former(verdict: Verdict, node: Token, arguments: list[Token], lexicon: Lexicon) -> None:
    """Posts once held: "former president", "ex-minister", "the late king", "was president", "president until 2019"."""
    words = (node, *arguments[:1])
    for word in words:
        for child in word.lefts:
            if verdict.negated or child.lower_ in lexicon.cues.then:
                return
            if child.dep_ in ("amod", "advmod", "compound", "nmod", "punct", "det") and child.lower_ in lexicon.cues.former:
                verdict.negate(child, "former")
    if verdict.negated:
        return
    if node.dep_ == "attr" and node.head.lemma_ == "be" and node.head.tag_ == "VBD":
        verdict.negate(node.head, "former")
        return
    first, last = min(word.i for word in words), max(word.i for word in words)
    for token in node.doc[max(first - 1, node.sent.start) : min(last + _UNTIL, node.sent.end)]:
        if token.lower_ in lexicon.cues.ended:
            verdict.negate(token, "former")
            return
        if token.lower_ in lexicon.cues.elect:
            verdict.raise_to(_PLANNED, token)
            return


def _negated_arguments(verdict: Verdict, node: Token, arguments: list[Token], lexicon: Lexicon) -> None:
    for argument in arguments:
        # Only what belongs to the trigger's own clause: "no tanks were sent", not "he, with no army, attacked".
        if argument.head == node or argument.head.head == node:
            continue  # _local sees it
        for child in argument.lefts:
            if child.dep_ == "det" and child.lower_ in ("no", "neither") and argument.sent == node.sent:
                verdict.negate(child)
                return


def _local(verdict: Verdict, node: Token, arrived: str, lexicon: Lexicon) -> None:
    """Apply auxiliaries, negation and modifiers of one word."""
    cues = lexicon.cues
    shares_all = arrived != "conj"
    modal: Token | None = None
    perfect = False
    negation: Token | None = None
    for child in node.children:
        lower = child.lower_
        if child.dep_ == "aux":
            if child.tag_ == "MD":
                modal = child
            perfect = perfect or (lower in ("have", "'ve") and child.tag_ == "VB")
        elif (word := _negative_word(child, cues.negation)) is not None:
            if child.dep_ == "cc" and child.i > node.i:
                continue  # "neither … nor": said of the next conjunct
            if _negates(word, cues.no_negation_before):
                negation = word
        elif child.dep_ == "advmod" and lower in cues.possible_adverbs:
            verdict.raise_to(_POSSIBLE, child)
        elif child.dep_ in _CORE_ARGUMENTS and (word := _negative_phrase(child, node, lexicon)) is not None:
            negation = negation or word
        elif child.dep_ in ("amod", "compound") and node.pos_ in ("NOUN", "PROPN"):
            if found := lexicon.governor(child.lemma_.lower(), "ADJ", frozenset(), "object") or (
                child.tag_ == "VBN" and lexicon.governor(child.lemma_.lower(), "VERB", frozenset(), "object")
            ):
                verdict.govern(*found, child)
    if negation is not None and shares_all and _could_not(modal, negation, perfect):
        verdict.negate(negation)
        return
    if modal is not None:
        _modal(verdict, node, modal, perfect, lexicon)
    elif node.tag_ in ("VBP", "VBZ", "VBG", "VB") and (word := _future(node, lexicon)) is not None:
        verdict.raise_to(_PLANNED, word)
    if negation is not None and shares_all:
        verdict.negate(negation)


def _could_not(modal: Token | None, negation: Token, perfect: bool) -> bool:
    # "could not deliver" tells of a failure, "may not deliver" of a possibility
    return modal is not None and modal.lower_ == "could" and negation.dep_ == "neg" and not perfect


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
            verdict.raise_to(_POSSIBLE, modal)
        elif node.lemma_ not in ("like", "prefer"):
            verdict.raise_to(_PLANNED, modal)
    elif lower in modals.planned:
        verdict.raise_to(_PLANNED, modal)
    elif lower in modals.possible:
        verdict.raise_to(_POSSIBLE, modal)
    elif lower in modals.desired:
        if perfect and lower == "must":
            verdict.raise_to(_POSSIBLE, modal)
        else:
            if perfect:
                verdict.negate(modal, "counterfactual")
            verdict.raise_to(_DESIRED, modal)


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


def _negative_phrase(phrase: Token, verb: Token, lexicon: Lexicon) -> Token | None:
    """The "no" of "no tanks", "neither side", "nobody", as subject or object of ``verb``."""
    if phrase.lower_ in lexicon.cues.negation:
        return phrase
    for child in phrase.lefts:
        if child.lower_ in ("no", "neither") and child.dep_ in ("det", "preconj", "cc", "neg"):
            return child
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


# What governs a word


def _outwards(verdict: Verdict, node: Token, lexicon: Lexicon) -> tuple[str, Token] | None:
    """Apply what governs ``node``; the way on, or None where nothing further out matters."""
    dep, head = node.dep_, node.head
    if head == node or _line_between(node, head):
        if _link(node) == "infinitive" and any(child.dep_ in ("nsubj", "nsubjpass") for child in node.lefts):
            verdict.raise_to(_PLANNED, node)  # a headline: "Germany to hand Ukraine drones"
        _question(verdict, node)
        return None
    if _condition(verdict, node, lexicon):
        return None
    if dep == "conj":
        verdict.steps.append("conj")
        return _conjunct(verdict, node, lexicon), head
    if dep in ("pobj", "pcomp"):
        return _through_preposition(verdict, node, lexicon)
    if dep == "relcl" and _link(node) == "infinitive":
        verdict.raise_to(_PLANNED, node)  # "jets to be delivered by Russia"
    if dep in ("relcl", "appos", "parataxis", "dep", "intj", "agent", "meta"):
        verdict.steps.append(dep)
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
        verdict.raise_to(_PLANNED, head)
        if head.tag_ == "VBD" and any(child.lower_ == "have" for child in node.lefts):
            verdict.negate(head, "counterfactual")
        return "is to", head
    if link == "infinitive" and lemma == "go" and head.tag_ == "VBG":
        verdict.steps.append("going to")
        verdict.raise_to(_PLANNED, head)
        return "going to", head
    if link in ("clause", "infinitive") and any(child.lower_ in lexicon.cues.questions for child in node.lefts):
        verdict.steps.append(f"whether:{lemma}")
        verdict.raise_to(_POSSIBLE, node)
        return None
    found = _class_of(head, link, lexicon)
    if found is None and link == "subject" and lemma in ("be", "seem", "appear", "remain", "look"):
        # "the sale is off", "a delivery is unlikely"
        for child in head.children:
            if child.dep_ in ("acomp", "attr") and (found := _class_of(child, "object", lexicon)):
                verdict.govern(*found, child)
        return "subject", head
    if found is not None:
        name, governor = found
        verdict.steps.append(f"{link}:{name}")
        verdict.govern(name, governor, head)
        if governor.bound and head.pos_ == "NOUN" and head.dep_ in ("dobj", "nsubjpass"):
            # "rejected claims that": of what stands outside a claim, only its denial matters
            if (outer := _class_of(head.head, "object", lexicon)) and outer[0] == "denial":
                verdict.steps.append("object:denial")
                verdict.govern(*outer, head.head)
                return "claim", head.head
        return None if governor.bound else (link, head)
    verdict.steps.append(f"{link}:{lemma}")
    if node.dep_ in ("acl", "advcl") and link == "infinitive":
        verdict.raise_to(_PLANNED, node)  # "jets to bomb Iran": a purpose
        return None
    seen_through = lexicon.cues.transparent_clauses if link == "clause" else lexicon.cues.transparent.verbs
    if lemma in seen_through or link == "infinitive" or node.dep_ == "acl":
        return link, head
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
    pos = {"AUX": "VERB", "PROPN": "NOUN", "ADV": "ADJ", "ADP": "ADJ", "SCONJ": "ADJ"}.get(head.pos_, head.pos_)
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
