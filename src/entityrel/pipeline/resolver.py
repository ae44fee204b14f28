"""The resolver: what a pronoun or a definite noun ("the company", "the two countries") stands for.

Deterministic, by salience (Lappin and Leass 1994, reduced): grammatical role, recency and parallelism, with the
constraint that a pronoun and a mention are not two arguments of one verb. The text is never rewritten; the nearest
mention of the entity is given.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from entityrel.knowledge.anaphora import Anaphors, load_anaphors
from entityrel.pipeline.state import TokenSpan, require, sentence_numbers, state
from entityrel.pipeline.syntax import Tree

__all__ = ["Resolver", "make_resolver"]

_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_OBJECTS = frozenset({"dobj", "dative", "attr", "oprd"})
#: Salience of a mention by its grammatical role, and how much a sentence of distance takes off.
_ROLE = {"subject": 3.0, "object": 1.6, "other": 1.0}
_PER_SENTENCE = 1.2
#: By how much the most salient entity must lead.
_MARGIN = 0.3
#: Pronouns that may stand for several, and what several they may be.
_PLURAL = frozenset({"them", "they", "their"})
_ACTORS = frozenset({"PERSON", "COUNTRY", "ORG"})
#: Parts of speech of anaphors.
_ANAPHORIC = frozenset({"PRON", "DET", "NOUN"})
#: How many sentences back an antecedent may lie.
_REACH = 3
#: How many mentions back; more stand in so few sentences only in lists and in hostile texts.
_MENTIONS = 60


@dataclass(frozen=True, slots=True)
class _Mention:
    span: TokenSpan
    label: str
    id: str
    root: int
    sentence: int
    role: str
    is_adjective: bool


@Language.factory("entityrel_resolver", requires=["doc.ents", "token.dep", "token.lemma"])
def make_resolver(nlp: Language, name: str) -> Resolver:
    """Make the resolver."""
    return Resolver(load_anaphors(), name)


class Resolver:
    """A pipeline component that writes ``anaphora`` on the Doc: anaphor spans with the mentions that they stand for."""

    def __init__(self, anaphors: Anaphors, name: str = "entityrel_resolver") -> None:
        self.name = name
        self._anaphors = anaphors

    def __call__(self, doc: Doc) -> Doc:
        """Resolve the anaphors of ``doc``; those without a clear antecedent stay unresolved."""
        require(doc, self.name, "DEP", "LEMMA", "SENT_START")
        state(doc)["anaphora"] = [
            [start, end, [list(span) for span in spans]] for (start, end), spans in self.resolve(doc).items()
        ]
        return doc

    def resolve(self, doc: Doc) -> dict[TokenSpan, list[TokenSpan]]:
        """The mention spans that each anaphor stands for, by the anaphor's token span."""
        if not doc.ents:
            return {}
        tree = Tree(doc)
        sentence = sentence_numbers(doc)
        mentions = [
            _Mention(
                (ent.start, ent.end), ent.label_, f"{ent.label_}:{ent.kb_id_ or ent.text.lower()}", ent.root.i,
                sentence[ent.start], _role(tree, ent.root.i), ent.root.pos_ == "ADJ",
            )
            for ent in doc.ents
        ]  # fmt: skip
        inside = {i for mention in mentions for i in range(*mention.span)}
        holders = _holders(tree, mentions, known=self._anaphors.nouns["PERSON"])
        acting: dict[str, _Mention] = {}  # "Russian occupiers" explains a later "the occupiers"
        by_root = {mention.root: mention for mention in mentions}
        found: dict[TokenSpan, list[TokenSpan]] = {}
        seen = 0  # mentions[:seen] begin before token i
        for i in range(tree.size):
            while seen < len(mentions) and mentions[seen].span[0] <= i:
                seen += 1
            if i in inside or tree.pos[i] not in _ANAPHORIC:
                continue
            modifier = _acting_for(tree, i, by_root)
            if modifier is not None:
                acting[tree.lemma[i]] = modifier
            near = _near(mentions, seen, sentence[i])
            span, antecedents = self._resolve_one(tree, i, near, sentence)
            if not antecedents and tree.tag[i] == "NN":
                countries = [m.id for m in near if m.label in ("COUNTRY", "ORG") and tree.head[m.root] == i]
                antecedents = [m for country in countries for m in holders.get((country, tree.lemma[i]), ())][:1]
                span = (min([i, *(kid for kid in tree.kids[i] if kid < i)]), i + 1)
            if not antecedents and modifier is None and tree.lemma[i] in acting and self._is_bare(tree, i):
                antecedents = [acting[tree.lemma[i]]]
            if antecedents:
                found[span] = [mention.span for mention in antecedents]
        return found

    def _resolve_one(
        self, tree: Tree, i: int, near: list[_Mention], sentence: list[int]
    ) -> tuple[TokenSpan, list[_Mention]]:
        known = self._anaphors
        pronoun = known.pronouns.get(tree.lower[i])
        if pronoun is not None and tree.pos[i] in ("PRON", "DET"):
            out = []
            if tree.lower[i] in _PLURAL and (several := _coordinated(tree, i, near, sentence)):
                return (i, i + 1), several
            for group in (pronoun - {"WEAPON"}, pronoun & {"WEAPON"}):
                out += self._best(tree, i, near, group, sentence)
            return (i, i + 1), out
        if tree.pos[i] != "NOUN":
            return (i, i + 1), []
        kids = tree.kids[i]
        words = {tree.lower[kid] for kid in kids if tree.dep[kid] in ("det", "nummod", "predet", "amod")}
        start = min([i, *(kid for kid in kids if kid < i)])
        lemma = tree.lemma[i]
        if words & known.group_determiners and tree.tag[i] == "NNS":
            for label, nouns in known.groups.items():
                if lemma in nouns:
                    return (start, i + 1), _last_two(near, label)
        if not self._is_bare(tree, i):
            return (i, i + 1), []
        labels = known.labels_of(lemma)
        return (start, i + 1), self._best(tree, i, near, labels, sentence) if labels else []

    def _is_bare(self, tree: Tree, i: int) -> bool:
        """Whether noun ``i`` is a definite phrase that says nothing more of itself: "the occupiers"."""
        kids = tree.kids[i]
        return any(tree.lower[kid] in self._anaphors.determiners for kid in kids if tree.dep[kid] == "det") and not any(
            tree.dep[kid] in ("amod", "compound", "nmod", "poss", "appos", "prep", "relcl", "acl") for kid in kids
        )

    @staticmethod
    def _best(tree: Tree, i: int, near: list[_Mention], labels: Collection[str], sentence: list[int]) -> list[_Mention]:
        """The most salient mention with one of ``labels``, if it is clearly the most salient entity."""
        governor = tree.head[i]
        possessive = tree.dep[i] == "poss"
        role = _role(tree, i)
        salience: dict[str, float] = {}
        nearest: dict[str, _Mention] = {}
        for mention in near:
            if mention.label not in labels:
                continue
            same_clause = tree.head[mention.root] == governor and not possessive
            if same_clause and mention.role != "other":
                continue
            weight = _ROLE[mention.role] - _PER_SENTENCE * (sentence[i] - mention.sentence)
            if mention.is_adjective:
                weight -= 0.7
            if mention.role == role == "subject":
                weight += 0.5
            salience[mention.id] = max(weight, salience.get(mention.id, -9.0)) + 0.1
            nearest[mention.id] = mention
        if not salience:
            return []
        ranked = sorted(salience, key=lambda entity: -salience[entity])
        best = ranked[0]
        if salience[best] < -1.0 or (len(ranked) > 1 and salience[best] - salience[ranked[1]] < _MARGIN):
            return []
        return [nearest[best]]


def _coordinated(tree: Tree, i: int, near: list[_Mention], sentence: list[int]) -> list[_Mention]:
    """The one coordination of actors before a plural pronoun in its sentence: "talks with A and B on selling them …".

    None where there are several, or where it is an argument of the pronoun's own verb.
    """
    groups: dict[int, dict[str, _Mention]] = {}
    for mention in near:
        if mention.sentence != sentence[i] or mention.label not in _ACTORS:
            continue
        head = mention.root
        while tree.dep[head] == "conj" and tree.head[head] != head:
            head = tree.head[head]
        groups.setdefault(head, {})[mention.id] = mention
    found = [(head, group) for head, group in groups.items() if len(group) > 1]
    if len(found) != 1 or tree.head[found[0][0]] == tree.head[i]:
        return []
    members = list(found[0][1].values())
    return members if len({member.label for member in members}) == 1 else []


def _role(tree: Tree, i: int) -> str:
    while tree.dep[i] == "conj" and tree.head[i] != i:
        i = tree.head[i]
    if tree.dep[i] in _SUBJECTS:
        return "subject"
    if tree.dep[i] in ("amod", "compound", "poss", "nmod"):
        # "Iranian officials said": the country is the subject's
        head = tree.head[i]
        return "subject" if tree.dep[head] in _SUBJECTS else "other"
    return "object" if tree.dep[i] in _OBJECTS else "other"


def _holders(tree: Tree, mentions: list[_Mention], known: Collection[str]) -> dict[tuple[str, str], list[_Mention]]:
    """Who holds an office in this article, by body and title: "French President Macron" for "the French president".

    An office with two holders in the article (a former and a present one) is left out.
    """
    found: dict[tuple[str, str], dict[str, _Mention]] = {}
    bodies = {m.root: m for m in mentions if m.label in ("COUNTRY", "ORG")}
    for mention in mentions:
        if mention.label != "PERSON":
            continue
        root = mention.root
        nouns = [k for k in tree.kids[root] if tree.dep[k] in ("compound", "nmod", "appos")]
        if tree.dep[root] == "appos":
            nouns.append(tree.head[root])
        for noun in nouns:
            title = tree.lower[noun] if tree.tag[noun] in ("NNP", "NN") else ""
            if title not in known:
                continue
            for kid in (*tree.kids[noun], *tree.kids[root]):
                if kid in bodies and tree.dep[kid] in ("amod", "poss", "compound", "nmod"):
                    found.setdefault((bodies[kid].id, title), {})[mention.id] = mention
    return {key: list(people.values()) for key, people in found.items() if len(people) == 1}


def _acting_for(tree: Tree, i: int, by_root: dict[int, _Mention]) -> _Mention | None:
    """The country or organisation of a common noun for people or forces: Russia of "Russian occupiers"."""
    if tree.pos[i] != "NOUN" or i in by_root:
        return None
    for kid in tree.kids[i]:
        mention = by_root.get(kid)
        if (
            mention is not None
            and mention.label in ("COUNTRY", "ORG")
            and tree.dep[kid] in ("amod", "compound", "nmod")
        ):
            return mention
    return None


def _near(mentions: list[_Mention], seen: int, sentence: int) -> list[_Mention]:
    """The mentions before the anaphor that are within reach, in text order."""
    first = seen
    while first > max(0, seen - _MENTIONS) and mentions[first - 1].sentence >= sentence - _REACH:
        first -= 1
    return mentions[first:seen]


def _last_two(near: list[_Mention], label: str) -> list[_Mention]:
    """The last two entities with ``label``, if only two are in reach, or two stand in the last sentence with any."""
    last: dict[str, _Mention] = {}
    for mention in near:
        if mention.label == label:
            last.pop(mention.id, None)
            last[mention.id] = mention
    if len(last) == 2:
        return list(last.values())
    final = [mention for mention in last.values() if mention.sentence == near[-1].sentence]
    return final if len(final) == 2 else []
