"""Features of pairs of mentions for the relation classifier: what a pair looks like in the parse and in the text.

A feature is an integer key (`feature_keys`). Names never enter: a token inside a mention counts as the mention's
label, so that what is learned holds for names that were never seen.

The heart is a `Node`'s *links*: the predicates (verbs, nouns, adjectives) of which a token is an argument, each
with a logical role. They see through passives, coordination, apposition, relative and reduced relative clauses,
control, light verbs and nominalisations, so that a pair's shared predicates tell who does what to whom.

The features of a pair are its own (`pair_table`), and those of its two mentions alone, shifted by `SHIFTS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from entityrel.pipeline import pair_knowledge
from entityrel.pipeline.feature_keys import Features, Ints, Keys, Ragged, key, text_key
from entityrel.pipeline.linked_mentions import WEAPON, LinkedMentions, Node
from entityrel.pipeline.links import WORD
from entityrel.pipeline.pair_table import PairContext, PairTable
from entityrel.pipeline.state import Proposal

__all__ = ["OBJECT_SHIFT", "SHIFTS", "SUBJECT_SHIFT", "Bags", "DocView", "PairFeatures", "WordTable", "key"]

#: Labels that act are one in most features, so that what is learned of countries serves for groups too.
_COARSE: Final = np.array((0, 2, 2, 3, 2, 5))
_POS_CLASS: Final = {"VERB": 1, "NOUN": 2, "PROPN": 2, "ADJ": 3}
#: What is added to the keys of the subject and of the object alone; and again where they are in different sentences.
SHIFTS: Final = ((1, 2), (3, 4))
#: What is added to the keys of the pair of object and recipient, and of that of subject and recipient.
OBJECT_SHIFT, SUBJECT_SHIFT = 11, 13

_LINK = Features("label role word", "1 label role word", "2 label role")
_NEAR_LINK = Features("label word", "3 label word")
_LINK_CLASS = Features("label role class", "9 label role class")
_LINK_FRAME = Features("label role frame", "10 label role frame")
_MENTION = Features("label dep", "4 label dep")
#: By what is known of the two entities beforehand.
_MAKER = Features("number fine word", "240 number fine", "241 number word")
_POST = Features("number fine place", "242 number fine", "243 number fine place")
_KNOWN = Features("tag number fine", "0 number fine")
_CARRIER = Features("label word dep", "5 label word", "6 label dep")
_AROUND = Features("label word place", "7 label word place")


class WordTable:
    """What is known of words beforehand: classes, and the predicates that they may state.

    Args:
        keys: Sorted hashes of the words (spaCy's string hashes).
        classes: Word classes, coarse to fine, by word (from 1; 0 is none).
        predicates: Bits of the predicates that the frames let a word state, by word.
    """

    def __init__(
        self,
        keys: NDArray[np.uint64],
        classes: NDArray[np.uint16],
        predicates: NDArray[np.uint32],
    ) -> None:
        self.keys, self.classes, self.predicates = keys, classes, predicates
        self._bits: dict[int, tuple[int, ...]] = {0: ()}

    def rows(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Row of each word; -1 if it is unknown."""
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        return np.where(self.keys[at] == keys, at, -1)

    def stated(self, row: int) -> tuple[int, ...]:
        """Numbers (from 1) of the predicates that the word of a row may state."""
        bits = int(self.predicates[row])
        if bits not in self._bits:
            self._bits[bits] = tuple(i + 1 for i in range(bits.bit_length()) if bits >> i & 1)
        return self._bits[bits]


@dataclass(frozen=True, slots=True)
class PairFeatures:
    """Keys of one pair, and the token that best states the relation (-1: none)."""

    keys: list[int]
    trigger: int


@dataclass(frozen=True, slots=True)
class Bags:
    """Keys, each with the number of the pair, or mention, that it is a feature of."""

    keys: Ints
    owners: Ints


class DocView(LinkedMentions):
    """A parsed Doc from which the features of pairs and triples of its mentions are read.

    Args:
        doc: A Doc with parse, tags, lemmas and entities.
        table: What is known of words.
        rules: Proposals of the ruler, if they are to be features.

    Attributes:
        alone: The features of each mention by itself.
    """

    def __init__(self, doc: Doc, table: WordTable | None = None, rules: Iterable[Proposal] = ()) -> None:
        super().__init__(doc)
        classes, frames = self._look_up(table)
        self.context = PairContext(self, classes, frames, _COARSE)
        self.alone = self._alone()
        self._read_rules(rules)
        self._known: dict[tuple[int, str, int, str], tuple[int, ...]] = {}

    def _look_up(self, table: WordTable | None) -> tuple[Ragged, Ragged]:
        """Word classes, coarse to fine, and numbers of the predicates that it may state, by token."""
        if table is None:
            return Ragged([[]] * self.n), Ragged([[]] * self.n)
        rows = table.rows(np.array(self.key, dtype="uint64"))
        pos = np.array([_POS_CLASS.get(name, 0) for name in self.pos], np.int64)
        known = (rows >= 0) & (np.array(self.owner, np.int64) < 0)
        classes = table.classes[rows[known]].astype(np.int64) * 4 + pos[known][:, None]
        stated: list[tuple[int, ...]] = [()] * self.n
        for i in np.flatnonzero(known & (pos > 0)).tolist():
            stated[i] = table.stated(rows[i])
        return Ragged.of(classes.ravel(), known * classes.shape[1]), Ragged(stated)

    def _read_rules(self, rules: Iterable[Proposal]) -> None:
        """The ruler's proposals, by the numbers and by the entities of subject and object."""
        self._ruled: dict[tuple[int, int], list[tuple[int, int, tuple[int, ...]]]] = {}
        self._ruled_entities: dict[tuple[str, str], set[int]] = {}
        self._receivers: dict[tuple[int, int], set[int]] = {}
        for item in rules:
            x, y = self.owner[item["subject"][0]], self.owner[item["object"][0]]
            if x < 0 or y < 0:
                continue
            name = text_key(item["predicate"])
            ways = tuple(
                text_key(f"{role} {way}") for role, way in item.get("construction", {}).items() if role != "recipient"
            )
            sure = text_key(f"{len(item.get('notes', ()))} {item['score']:.1f}")
            self._ruled.setdefault((x, y), []).append((name, text_key(item.get("frame", "")), (*ways, sure)))
            entities = self.mentions[x].ident, self.mentions[y].ident
            self._ruled_entities.setdefault(entities, set()).add(name)
            z = self.owner[span[0]] if (span := item.get("recipient")) else -1
            self._receivers.setdefault((x, y), set()).add(z)
        self._touched = {pair for x, y in self._ruled for pair in ((x, y), (y, x))}
        self._touched_entities = {pair for x, y in self._ruled_entities for pair in ((x, y), (y, x))}

    def _alone(self) -> Bags:
        """Keys of each mention by itself: what it is an argument of, and the words around it."""
        c, keys = self.context, Keys()
        rows = [
            (node.number, predicate, role, cost)
            for node in self.mentions
            for predicate, (role, cost) in node.links.items()
            if cost <= 3 and predicate != node.root
        ]
        mention, predicate, role, cost = np.array(rows, np.int64).reshape(-1, 4).T
        label, word = c.label[mention], c.word[predicate]
        keys.add(mention, _LINK(label, role, word))
        near = cost <= 1
        keys.add(mention[near], _NEAR_LINK(label[near], word[near]))
        known = np.flatnonzero(c.classes.sizes[predicate])
        finest = c.classes.values[c.classes.starts[predicate[known]] + c.levels - 1]
        keys.add(mention[known], _LINK_CLASS(label[known], role[known], finest))
        of, frame = c.frames.take(predicate)
        keys.add(mention[of], _LINK_FRAME(label[of], role[of], frame))
        every = np.arange(len(self.mentions))
        keys.add(every, _MENTION(c.label, c.dep[c.root]))
        carrier = np.array([node.carrier for node in self.mentions], np.int64)
        with_carrier = np.flatnonzero(carrier >= 0)
        carrier = carrier[with_carrier]
        keys.add(with_carrier, _CARRIER(c.label[with_carrier], c.word[carrier], c.dep[carrier]))
        for from_, shift, place in ((c.start, -2, -2), (c.start, -1, -1), (c.end, 0, 5), (c.end, 1, 6)):
            token = from_ + shift
            inside = np.flatnonzero((token >= 0) & (token < self.n))
            places = np.full(len(inside), place)
            keys.add(inside, _AROUND(c.label[inside], c.word[token[inside]], places))
        weapons = [(node.number, key(8, self.key[node.root] & WORD)) for node in self.mentions if node.label == WEAPON]
        keys.add_some(weapons)
        return Bags(*keys.all())

    def table(self, pairs: Sequence[tuple[int, int]]) -> tuple[Bags, PairTable]:
        """The features of some pairs of mentions (by number), without those of the mentions alone."""
        numbers = np.array(pairs, np.int64).reshape(-1, 2)
        table = PairTable(self.context, numbers[:, 0], numbers[:, 1])
        single: list[tuple[int, int]] = []
        for pair, (a, b) in enumerate(pairs):
            x, y = self.mentions[a], self.mentions[b]
            if (a, b) in self._touched or (x.ident, y.ident) in self._touched_entities:
                single += ((pair, found) for found in self._rule_keys(x, y))
            if x.label == 1 and y.label in (2, 4):
                single += ((pair, found) for found in self._office_keys(x, y))
        table.keys.add_some(single)
        self._add_known(table, pairs)
        return Bags(*table.keys.all()), table

    def _add_known(self, table: PairTable, pairs: Sequence[tuple[int, int]]) -> None:
        """What is known of the two entities of each pair beforehand."""
        c, fine = self.context, table.fine
        known = [self._knowledge(self.mentions[a], self.mentions[b]) for a, b in pairs]
        maker, post, *others = np.array(known, np.int64).reshape(-1, 5).T
        rows = np.flatnonzero(maker)
        trigger = np.array(table.triggers, np.int64)[rows]
        table.keys.add(rows, _MAKER(maker[rows], fine[rows], np.where(trigger >= 0, c.word[trigger], 3)))
        rows = np.flatnonzero(post)
        x, y = c.start[table.xs[rows]], c.start[table.ys[rows]]
        place = np.minimum(abs(x - y) // 3, 6) * 2 + (x < y)
        table.keys.add(rows, _POST(post[rows], fine[rows], place))
        for tag, numbers in zip((244, 245, 246), others, strict=True):
            rows = np.flatnonzero(numbers)
            table.keys.add(rows, _KNOWN(np.full(len(rows), tag), numbers[rows], fine[rows]))

    def _knowledge(self, x: Node, y: Node) -> tuple[int, ...]:
        """Numbers of what is known of two entities, found once for each two."""
        entities = x.label, x.ident, y.label, y.ident
        if entities not in self._known:
            know = pair_knowledge
            self._known[entities] = know.maker(x, y), know.post(x, y), know.kin(x, y), know.kind(y), know.kind(x)
        return self._known[entities]

    def pair(self, x: Node, y: Node) -> PairFeatures:
        """All features of ``x`` as subject and ``y`` as object."""
        own, table = self.table([(x.number, y.number)])
        return PairFeatures([*own.keys.tolist(), *self._shifted(x, y)], table.triggers[0])

    def pairs(self, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
        """The keys of some pairs of mentions (by number), those of the mentions alone among them."""
        own, _ = self.table(pairs)
        order = np.argsort(own.owners, kind="stable")
        ends = np.cumsum(np.bincount(own.owners, minlength=len(pairs)))
        parts = np.split(own.keys[order], ends[:-1]) if len(pairs) else []
        return [
            [*part.tolist(), *self._shifted(self.mentions[a], self.mentions[b])]
            for part, (a, b) in zip(parts, pairs, strict=True)
        ]

    def _shifted(self, x: Node, y: Node) -> list[int]:
        """The features of the mentions of a pair alone."""
        alone = [self.alone.keys[self.alone.owners == node.number] for node in (x, y)]
        return [
            found
            for shifts in SHIFTS[: 2 if x.sent != y.sent else 1]
            for keys, shift in zip(alone, shifts, strict=True)
            for found in (keys + shift).tolist()
        ]

    def triple(self, x: Node, y: Node, z: Node) -> list[int]:
        """Keys of ``z`` as recipient of what ``x`` does with ``y``."""
        (keys,) = self.triples([(x, y, z)])
        return keys

    def triples(self, triples: Sequence[tuple[Node, Node, Node]]) -> list[list[int]]:
        """Keys of each third mention as recipient of what the first does with the second."""
        of_object = self.pairs([(y.number, z.number) for _, y, z in triples])
        of_subject = self.pairs([(x.number, z.number) for x, _, z in triples])
        return [
            [*(k + OBJECT_SHIFT for k in one), *(k + SUBJECT_SHIFT for k in two), *self.triple_alone(*triple)]
            for triple, one, two in zip(triples, of_object, of_subject, strict=True)
        ]

    def triple_alone(self, x: Node, y: Node, z: Node) -> list[int]:
        """The keys of a triple without those of its pairs."""
        keys: list[int] = []
        types = x.label * 64 + y.label * 8 + z.label
        common = x.links.keys() & y.links.keys() & z.links.keys()
        if common:
            p = min(common, key=lambda p: (x.links[p][1] + y.links[p][1] + z.links[p][1], p))
            roles = (x.links[p][0] * 1009 + y.links[p][0] * 31 + z.links[p][0]) & WORD
            w, role_y, role_z = self.word[p], y.links[p][0], z.links[p][0]
            keys += (
                key(200, w, roles), key(201, roles, types), key(202, w, roles, types), key(203, role_z, types, w),
                key(204, role_z, role_y, w),
            )  # fmt: skip
            for number in self.context.frames.of_one(p):
                keys += (key(207, number, roles), key(208, number, role_z, role_y))
        ruled = self._receivers.get((self.owner[x.start], self.owner[y.start]))
        if ruled is not None:
            third = self.owner[z.start]
            keys.append(key(228, 1 if third in ruled else 2 if ruled == {-1} else 3))
        makers = pair_knowledge.maker(x, y) * 4 + pair_knowledge.maker(z, y)
        keys += (key(250, makers, types), key(251, pair_knowledge.kin(x, z)))
        order = sorted((x, y, z), key=lambda node: node.start)
        place = order.index(x) * 9 + order.index(y) * 3 + order.index(z)
        keys += (key(205, place, types), key(206, types, abs(z.sent - y.sent) * 4 + abs(x.sent - y.sent)))
        return keys

    def _office_keys(self, x: Node, y: Node) -> list[int]:
        """A person's offices, and how the country or organisation is linked to them."""
        keys: list[int] = []
        forward = x.start < y.start
        fine = x.label * 8 + y.label
        between = abs(x.start - y.start)
        rank = min(self.counts[y.ident], 4)
        for title in dict.fromkeys(self.titles.get(x.ident, ())):
            word = self.word[title]
            link = y.links.get(title)
            role = link[0] if link and link[1] <= 3 else 0
            near = 0 if y.end <= title < y.end + 4 else 1 if title < y.start <= title + 4 else 2
            same = (self.sent[title] == y.sent) * 2 + (self.sent[title] == x.sent)
            keys += (
                key(190, word, role, same), key(191, word, near * 4 + same, fine),
                key(192, role, near * 4 + same, fine), key(193, word, fine),
                key(194, word, rank, fine), key(195, word, (between < 8) * 2 + forward, fine),
            )  # fmt: skip
            for c in self.context.classes.of_one(title)[1:]:
                keys.append(key(196, c, role * 8 + near, fine))
            for number in self.context.frames.of_one(title):
                keys.append(key(197, number, role * 8 + near, fine))
        return keys

    def _rule_keys(self, x: Node, y: Node) -> list[int]:
        """What the ruler says of a pair, of its reverse, and of the two entities elsewhere."""
        keys: list[int] = []
        a, b = self.owner[x.start], self.owner[y.start]
        types = int(_COARSE[x.label] * 8 + _COARSE[y.label])
        for side, pair in enumerate(((a, b), (b, a))):
            for name, frame, details in self._ruled.get(pair, ()):
                keys += (key(220 + side, name), key(222 + side, frame), key(224 + side, name, types))
                for detail in details:
                    keys += (key(230 + side, detail), key(232 + side, detail, name))
        for name in self._ruled_entities.get((x.ident, y.ident), ()):
            keys.append(key(226, name))
        for name in self._ruled_entities.get((y.ident, x.ident), ()):
            keys.append(key(227, name))
        return keys
