"""Mentions and anaphors of a parsed Doc as nodes, and which of them may be a pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from spacy.tokens import Doc, Span

from entityrel.pipeline.links import AGENT, POSS, THEME, LinkedText

__all__ = ["LABELS", "MAX_DISTANCE", "WEAPON", "LinkedMentions", "Node"]

#: Mentions of one sentence among which the antecedent of an anaphor is looked for.
_FEW: Final = 12
#: Mentions of one sentence further apart than this many tokens are no pair: a list without full stops stays linear.
MAX_DISTANCE: Final = 80
#: Labels by number, as in the weights of the shipped classifier; 0 is none.
LABELS: Final = ("", "PERSON", "COUNTRY", "WEAPON", "ORG", "LOC")
_LABELS: Final = {label: number for number, label in enumerate(LABELS) if label}
WEAPON: Final = 3
#: Titles of a person that count: more stand in books only, where each pair would look at all.
_MOST_TITLES: Final = 64
_NAMING: Final = ("NOUN", "PROPN")
# What may stand for which labels. These need not be sure: how far each is to be trusted is learned.
_PRONOUNS: Final = {
    **dict.fromkeys(("he", "she", "his", "her", "him", "i", "my", "me"), (1,)),
    **dict.fromkeys(("it", "its", "itself"), (2, 4, 3)),
    **dict.fromkeys(("they", "their", "them", "both", "we", "our", "us"), (2, 4, 1, 3)),
}
_NOUNS: Final = {
    **dict.fromkeys(("country", "nation", "kingdom", "government", "republic", "state", "regime", "side"), (2,)),
    **dict.fromkeys(
        ("company", "firm", "group", "ministry", "alliance", "militia", "agency", "organization", "organisation",
         "party", "bloc", "manufacturer", "maker", "contractor", "movement", "corporation", "department", "army"),
        (4,),
    ),
    **dict.fromkeys(
        ("minister", "president", "leader", "general", "official", "commander", "spokesman", "spokeswoman", "king",
         "prince", "chancellor", "premier", "secretary", "ambassador", "envoy", "diplomat", "chief", "director"),
        (1,),
    ),
    **dict.fromkeys(("weapon", "system", "aircraft", "vehicle", "equipment", "shipment", "consignment"), (3,)),
}  # fmt: skip


@dataclass(slots=True)
class Node:
    """A mention or an anaphor: a span with a head token, a label and its links to predicates.

    Attributes:
        start, end: Token span.
        root: Its head token.
        sent: Number of its sentence.
        label: Small integer of the label; 0 for an anaphor.
        ident: The entity's id; for an anaphor its lower-case head word.
        links: Role and cost by predicate token.
        number: Its place among the mentions; -1 for an anaphor.
        carrier: The noun that it modifies ("Russian [troops]"), or -1.
        anaphors: Anaphors that may stand for the mention, each with its rank (0: the nearest candidate).
    """

    start: int
    end: int
    root: int
    sent: int
    label: int
    ident: str
    links: dict[int, tuple[int, int]] = field(default_factory=dict)
    number: int = -1
    carrier: int = -1
    anaphors: list[tuple[Node, int]] = field(default_factory=list)


class LinkedMentions(LinkedText):
    """A parsed Doc with its mentions and anaphors as nodes.

    Args:
        doc: A Doc with parse, tags, lemmas and entities.

    Attributes:
        mentions: In text order; ``by_sent`` has them by sentence.
        fillers: Numbers of the mentions that fill a role, by predicate token and role.
        titles: Head nouns of a person's offices, by the person's id.
        counts: Number of mentions by entity id.
    """

    def __init__(self, doc: Doc) -> None:
        super().__init__(doc)
        self.mentions = [self._mention(ent) for ent in doc.ents if ent.label_ in _LABELS]
        self.by_sent: list[list[Node]] = [[] for _ in self.starts]
        for number, node in enumerate(self.mentions):
            node.number = number
            self.by_sent[node.sent].append(node)
            for i in range(node.start, node.end):
                self.owner[i] = number
                self.word[i] = node.label
        self.fillers: dict[tuple[int, int], list[int]] = {}
        self.titles: dict[str, list[int]] = {}
        self.counts: dict[str, int] = {}
        for number, node in enumerate(self.mentions):
            node.links = self.links(node.root)
            if self.dep[node.root] in ("amod", "compound", "poss", "nmod"):
                node.carrier = self.head[node.root]
            for predicate, (role, cost) in node.links.items():
                if role in (AGENT, THEME, POSS) and cost <= 2:
                    self.fillers.setdefault((predicate, role), []).append(number)
            if node.label == 1:
                titles = self.titles.setdefault(node.ident, [])
                if len(titles) < _MOST_TITLES:
                    titles += self._title(node)
            self.counts[node.ident] = self.counts.get(node.ident, 0) + 1
        self._anaphors()

    def _mention(self, ent: Span) -> Node:
        root = ent.start
        head = self.head
        for i in range(ent.start, ent.end):
            if not ent.start <= head[i] < ent.end or head[i] == i:
                root = i
                break
        return Node(ent.start, ent.end, root, self.sent[root], _LABELS[ent.label_], ent.kb_id_ or ent.text.lower())

    def _title(self, node: Node) -> Iterator[int]:
        """Head nouns of the offices of a person: "President [X]", "[X], the president", "the president, [X]"."""
        root = node.root
        for c in self.children[root]:
            if self.dep[c] in ("compound", "appos", "nmod") and self.owner[c] < 0 and self.pos[c] in _NAMING:
                yield c
        if self.dep[root] == "appos" and self.owner[self.head[root]] < 0:
            yield self.head[root]
        i = node.start - 1
        if i >= 0 and self.owner[i] < 0 and self.pos[i] in _NAMING:
            yield i

    def _anaphors(self) -> None:
        for i in range(self.n):
            if self.owner[i] >= 0:
                continue
            pos = self.pos[i]
            labels: tuple[int, ...] | None = None
            if pos == "PRON":
                labels = _PRONOUNS.get(self._strings[self.lower[i]])
            elif pos == "NOUN" and (labels := _NOUNS.get(self._strings[self.key[i]])) is not None:
                kids = self.children[i]
                if not any(self.dep[c] == "det" and self.tag[c] == "DT" for c in kids) or any(
                    self.owner[c] >= 0 for c in kids
                ):
                    labels = None
            if not labels:
                continue
            node = Node(i, i + 1, i, self.sent[i], 0, "")
            seen: list[str] = []
            for sent in range(node.sent, max(-1, node.sent - 3), -1):
                order = self._before(node) if sent == node.sent else self.by_sent[sent][:_FEW]
                for mention in order:
                    if mention.label not in labels or mention.start > i:
                        continue
                    if mention.ident not in seen:
                        seen.append(mention.ident)
                    rank = seen.index(mention.ident)
                    if rank < 3:
                        mention.anaphors.append((node, rank))
            if seen:
                node.links = self.links(i)

    def _before(self, node: Node) -> list[Node]:
        """The mentions before an anaphor in its sentence, the nearest first."""
        found: list[Node] = []
        i = node.start - 1
        while i >= self.starts[node.sent] and len(found) < _FEW and node.start - i <= MAX_DISTANCE:
            if self.owner[i] >= 0:
                found.append(self.mentions[self.owner[i]])
                i = found[-1].start
            i -= 1
        return found

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Pairs of mentions (by number) that share a sentence, or that an anaphor brings into one."""
        for members in self.by_sent:
            for k, x in enumerate(members):
                for y in members[k + 1 :]:
                    if y.start - x.start > MAX_DISTANCE:
                        break
                    if x.ident != y.ident:
                        yield x.number, y.number
                        yield y.number, x.number
        for x in self.mentions:
            found: set[int] = set()
            for node, _ in x.anaphors:
                if node.sent == x.sent:
                    continue
                for y in self._around(node):
                    if y.ident != x.ident and self._is_near(node, y):
                        found.add(y.number)
            for other in sorted(found):
                yield x.number, other
                yield other, x.number

    def _around(self, node: Node) -> Iterator[Node]:
        """Mentions of the node's sentence that are not too far from it."""
        for y in self.by_sent[node.sent]:
            if abs(y.start - node.start) <= MAX_DISTANCE:
                yield y

    def third(self, x: Node, y: Node) -> Iterator[Node]:
        """Mentions in the sentences of a pair and in those beside, that may be its recipient."""
        low, high = min(x.sent, y.sent) - 1, max(x.sent, y.sent) + 1
        for sent in range(max(0, low), min(len(self.by_sent) - 2, high) + 1):
            for z in self.by_sent[sent]:
                if z.label != WEAPON and z.ident not in (x.ident, y.ident) and abs(z.start - y.start) <= MAX_DISTANCE:
                    yield z

    @staticmethod
    def _is_near(node: Node, y: Node) -> bool:
        """Whether an anaphor and a mention are arguments of one predicate, not too far away."""
        a, b = node.links, y.links
        return any(a[p][1] + b[p][1] <= 4 for p in a.keys() & b.keys())

    def shared(self, x: Node, y: Node) -> list[tuple[int, int, int, int]]:
        """Cost, predicate, role of ``x``, role of ``y`` of the predicates that two nodes share, the nearest first."""
        a, b = x.links, y.links
        found = [(a[p][1] + b[p][1], p, a[p][0], b[p][0]) for p in a.keys() & b.keys()]
        found.sort()
        return found[:3]
