"""Features of pairs of mentions for the relation classifier: what a pair looks like in the parse and in the text.

A feature is an integer key (63 bits): a tag and up to three values mixed. Names never enter: a token inside a
mention counts as the mention's label, so that what is learned holds for names that were never seen.

The heart is a `Node`'s *links*: the predicates (verbs, nouns, adjectives) of which a token is an argument, each
with a logical role. They see through passives, coordination, apposition, relative and reduced relative clauses,
control, light verbs and nominalisations, so that a pair's shared predicates tell who does what to whom.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from entityrel.pipeline import pair_knowledge
from entityrel.pipeline.linked_mentions import LinkedMentions, Node
from entityrel.pipeline.links import AGENT, SELF, THEME, WORD
from entityrel.pipeline.state import Proposal

__all__ = ["DocView", "PairFeatures", "WordTable", "key", "text_key"]

_MASK: Final = 0x7FFFFFFFFFFFFFFF
#: Labels that act are one in most features, so that what is learned of countries serves for groups too.
_COARSE: Final = (0, 2, 2, 3, 2, 5)
_POS_CLASS: Final = {"VERB": 1, "NOUN": 2, "PROPN": 2, "ADJ": 3}


def key(tag: int, a: int = 0, b: int = 0, c: int = 0) -> int:
    """Mix a tag and up to three values (of at most 32 bits) into one key of 63 bits."""
    return (tag * 0x9E3779B97F4A7C15 + a * 0xC2B2AE3D27D4EB4F + b * 0x165667B19E3779F9 + c * 0x27D4EB2F165667C5) & _MASK


def text_key(text: str) -> int:
    """A number for a short text, the same on every machine."""
    return zlib.crc32(text.encode()) & WORD


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


class DocView(LinkedMentions):
    """A parsed Doc from which the features of pairs and triples of its mentions are read.

    Args:
        doc: A Doc with parse, tags, lemmas and entities.
        table: What is known of words.
        rules: Proposals of the ruler, if they are to be features.
    """

    def __init__(self, doc: Doc, table: WordTable | None = None, rules: Iterable[Proposal] = ()) -> None:
        super().__init__(doc)
        self.classes: list[tuple[int, ...]] = [()] * self.n
        self.lex: list[tuple[int, ...]] = [()] * self.n
        if table is not None:
            self._look_up(table)
        for node in self.mentions:
            self._own_keys(node)
        self._read_rules(rules)

    def _look_up(self, table: WordTable) -> None:
        rows = table.rows(np.array(self.key, dtype="uint64"))
        for i, row in enumerate(rows.tolist()):
            if row >= 0 and self.owner[i] < 0:
                pos = _POS_CLASS.get(self.pos[i], 0)
                self.classes[i] = tuple(c * 4 + pos for c in table.classes[row].tolist())
                if pos:
                    self.lex[i] = table.stated(row)

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

    def _own_keys(self, node: Node) -> None:
        """Keys of a mention by itself: what it is an argument of, and the words around it."""
        root = node.root
        label = node.label
        keys = node.unary
        for predicate, (role, cost) in node.links.items():
            if cost <= 3 and predicate != root:
                word = self.word[predicate]
                keys.append(key(1, label, role, word))
                keys.append(key(2, label, role))
                if cost <= 1:
                    keys.append(key(3, label, word))
                if self.classes[predicate]:
                    keys.append(key(9, label, role, self.classes[predicate][-1]))
                for number in self.lex[predicate]:
                    keys.append(key(10, label, role, number))
        keys.append(key(4, label, self.dep_hash[root]))
        if node.carrier >= 0:
            keys.append(key(5, label, self.word[node.carrier]))
            keys.append(key(6, label, self.dep_hash[node.carrier]))
        for i in (node.start - 2, node.start - 1, node.end, node.end + 1):
            if 0 <= i < self.n:
                keys.append(key(7, label, self.word[i], i - node.start if i < node.start else 5 + i - node.end))
        if label == 3:
            keys.append(key(8, self.key[node.root] & WORD))

    def pair(self, x: Node, y: Node) -> PairFeatures:
        """The features of ``x`` as subject and ``y`` as object."""
        fine = x.label * 8 + y.label
        types = _COARSE[x.label] * 8 + _COARSE[y.label]
        forward = x.start < y.start
        order = types * 2 + forward
        keys: list[int] = [key(20, fine), key(21, fine, order)]
        add = keys.append
        gap = y.sent - x.sent
        trigger = top = -1
        shared: list[tuple[int, int, int, int]] = []
        if gap == 0:
            shared = self.shared(x, y)
            trigger = shared[0][1] if shared else -1
            ups, top, downs = self.path(x.root, y.root)
            top = self._path_keys(keys, (ups, top, downs), types, fine)
        for rank, (cost, predicate, role_x, role_y) in enumerate(shared):
            self._role_keys(keys, 40 + 10 * (rank > 0), (predicate, role_x, role_y), types, cost)
            self._class_keys(keys, 140 + 10 * (rank > 0), (predicate, role_x, role_y), types)
        add(key(22, types, min(len(shared), 3), min(shared[0][0], 8) if shared else 9))
        add(key(23, types, gap + 10))
        trigger = self._anaphor_keys(keys, x, y, types, trigger)
        first, last = (x.end, y.start) if forward else (y.end, x.start)
        self._between_keys(keys, first, last, order, gap)
        for k in x.unary:
            add(k + 1)
            if gap:
                add(k + 3)
        for k in y.unary:
            add(k + 2)
            if gap:
                add(k + 4)
        if trigger < 0:
            trigger = top
        self._rival_keys(keys, x, y, types)
        self._rule_keys(keys, x, y)
        self._known_keys(keys, x, y, trigger)
        if x.label == 1 and y.label in (2, 4):
            self._office_keys(keys, x, y, forward)
        sent_start = self.starts[y.sent]
        last_token = self.starts[y.sent + 1] - 1
        add(key(24, y.sent == 0, self.pos[last_token] == "PUNCT", types))
        add(key(25, min(x.start - self.starts[x.sent], 4), types))
        add(key(26, min(y.start - sent_start, 4), types))
        return PairFeatures(keys, trigger)

    def triple(self, x: Node, y: Node, z: Node) -> list[int]:
        """Keys of ``z`` as recipient of what ``x`` does with ``y``."""
        keys = [k + 11 for k in self.pair(y, z).keys]
        keys += [k + 13 for k in self.pair(x, z).keys]
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
            for number in self.lex[p]:
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

    def _path_keys(self, keys: list[int], path: tuple[list[int], int, list[int]], types: int, fine: int) -> int:
        ups, top, downs = path
        word, dep_hash = self.word, self.dep_hash
        add = keys.append
        up = down = 7
        for i in ups:
            up = (up * 1000003 + dep_hash[i]) & WORD
        for i in downs:
            down = (down * 1000003 + dep_hash[i]) & WORD
        shape = (up * 31 + down) & WORD
        lemma = word[top] if top >= 0 else 1
        lexical = 5
        for i in ups[1:] + downs[1:]:
            w = word[i]
            for c in self.classes[i]:
                add(key(130, c, dep_hash[i], types))
            for number in self.lex[i]:
                add(key(131, number, types))
                add(key(132, number, dep_hash[i], types))
            add(key(30, w))
            add(key(31, w, types))
            add(key(32, w, dep_hash[i], types))
            if self.pos[i] in ("VERB", "NOUN", "ADP", "ADJ"):
                lexical = (lexical * 1000003 + w) & WORD
        keys += (
            key(33, shape), key(34, shape, types), key(35, lemma), key(36, lemma, types), key(37, lemma, shape),
            key(38, lemma, shape, types), key(39, (lexical * 31 + lemma) & WORD, types),
            key(60, up, lemma, types), key(61, down, lemma, types),
            key(34, shape, fine), key(36, lemma, fine), key(62, dep_hash[ups[0]] if ups else 0, lemma, types),
            key(63, dep_hash[downs[0]] if downs else 0, lemma, types),
            key(64, min(len(ups), 6) * 8 + min(len(downs), 6), types),
        )  # fmt: skip
        if top >= 0:
            for c in self.classes[top]:
                add(key(133, c, types))
                add(key(134, c, shape))
            for number in self.lex[top]:
                add(key(135, number, types))
                add(key(136, number, shape))
                add(key(137, number, up, types))
                add(key(138, number, down, types))
            for c in self.children[top]:
                name = self.dep[c]
                if name in ("aux", "auxpass", "prt", "agent", "neg"):
                    add(key(65, dep_hash[c], lemma, types))
                elif name == "prep":
                    add(key(66, word[c], lemma, types))
                elif name in ("dobj", "attr", "nsubj", "acomp"):
                    add(key(67, word[c], lemma, types))
        return top

    def _role_keys(self, keys: list[int], tag: int, shared: tuple[int, int, int], types: int, cost: int) -> None:
        """A shared predicate with the roles of both."""
        predicate, role_x, role_y = shared
        w = self.word[predicate]
        roles = (role_x * 1009 + role_y) & WORD
        keys += (
            key(tag, w, roles), key(tag + 1, w, roles, types), key(tag + 2, roles, types),
            key(tag + 3, w, role_x, types), key(tag + 4, w, role_y, types), key(tag + 5, w, types),
            key(tag + 6, min(cost, 8), types),
        )  # fmt: skip
        for c in self.children[predicate]:
            if self.dep[c] in ("prt", "dobj", "acomp", "attr"):
                keys.append(key(tag + 7, self.word[c], roles, w))

    def _class_keys(self, keys: list[int], tag: int, shared: tuple[int, int, int], types: int) -> None:
        """Classes and frames of a shared predicate, with the roles of both."""
        predicate, role_x, role_y = shared
        roles = (role_x * 1009 + role_y) & WORD
        for level, c in enumerate(self.classes[predicate]):
            keys.append(key(tag + level, c, roles, types))
        for number in self.lex[predicate]:
            keys += (key(tag + 4, number, roles), key(tag + 5, number, roles, types), key(tag + 6, number))

    def _anaphor_keys(self, keys: list[int], x: Node, y: Node, types: int, trigger: int) -> int:
        """Pairs by way of an anaphor that may stand for the subject, or for the object."""
        for side, (near, far) in enumerate(((x, y), (y, x))):
            done = 0
            for node, rank in near.anaphors:
                if node.sent != far.sent or done > 2:
                    continue
                shared = self.shared(node, far) if side == 0 else self.shared(far, node)
                if not shared or shared[0][0] > 4:
                    continue
                done += 1
                cost, predicate, role_x, role_y = shared[0]
                tag = 70 + 20 * side
                self._role_keys(keys, tag, (predicate, role_x, role_y), types, cost)
                self._class_keys(keys, 160 + 10 * side, (predicate, role_x, role_y), types)
                word = self.lower[node.root] & WORD
                gap = node.sent - near.sent
                keys += (
                    key(tag + 8, word, types, rank), key(tag + 9, word, gap, rank),
                    key(tag + 10, types, rank * 4 + gap, self.dep_hash[near.root]),
                )  # fmt: skip
                if trigger < 0:
                    trigger = predicate
        return trigger

    def _between_keys(self, keys: list[int], first: int, last: int, order: int, gap: int) -> None:
        word = self.word
        size = last - first
        keys.append(key(110, min(8, size // 2), order))
        owners = 0
        previous = 3
        for i in range(first, min(last, first + 14)):
            w = word[i]
            if self.owner[i] >= 0:
                owners += i == first or self.owner[i - 1] != self.owner[i]
            for number in self.lex[i]:
                keys.append(key(116, number, order, gap))
            if gap == 0:
                keys += (key(111, w, order), key(112, w))
                if size <= 6:
                    keys.append(key(113, w, previous, order))
            previous = w
        keys.append(key(114, min(owners, 5), order))
        if gap == 0 and size <= 4:
            whole = 1
            for i in range(first, last):
                whole = (whole * 1000003 + word[i]) & WORD
            keys.append(key(115, whole, order))

    def _rival_keys(self, keys: list[int], x: Node, y: Node, types: int) -> None:
        """Whether other mentions fill the role that one of the pair would need at the other's predicates."""
        for side, (near, far) in enumerate(((y, x), (x, y))):
            for predicate, (role, cost) in near.links.items():
                if cost > 1 or role in (SELF, AGENT if side == 0 else THEME):
                    continue
                wanted = self.fillers.get((predicate, AGENT if side == 0 else THEME), ())
                rivals = {self.mentions[i].ident for i in wanted}
                state = 2 if far.ident in rivals else 1 if rivals else 0
                keys += (key(180 + side, role, types, state), key(182 + side, self.word[predicate], types, state))

    def _office_keys(self, keys: list[int], x: Node, y: Node, forward: bool) -> None:
        """A person's offices, and how the country or organisation is linked to them."""
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
            for c in self.classes[title][1:]:
                keys.append(key(196, c, role * 8 + near, fine))
            for number in self.lex[title]:
                keys.append(key(197, number, role * 8 + near, fine))

    def _known_keys(self, keys: list[int], x: Node, y: Node, trigger: int) -> None:
        """What is known of the two entities beforehand."""
        fine = x.label * 8 + y.label
        if number := pair_knowledge.maker(x, y):
            keys += (key(240, number, fine), key(241, number, self.word[trigger] if trigger >= 0 else 3))
        if number := pair_knowledge.post(x, y):
            place = min(abs(x.start - y.start) // 3, 6) * 2 + (x.start < y.start)
            keys += (key(242, number, fine), key(243, number, fine, place))
        if number := pair_knowledge.kin(x, y):
            keys.append(key(244, number, fine))
        if number := pair_knowledge.kind(y):
            keys.append(key(245, number, fine))
        if number := pair_knowledge.kind(x):
            keys.append(key(246, number, fine))

    def _rule_keys(self, keys: list[int], x: Node, y: Node) -> None:
        """What the ruler says of a pair, of its reverse, and of the two entities elsewhere."""
        if not self._ruled:
            return
        a, b = self.owner[x.start], self.owner[y.start]
        types = _COARSE[x.label] * 8 + _COARSE[y.label]
        for side, pair in enumerate(((a, b), (b, a))):
            for name, frame, details in self._ruled.get(pair, ()):
                keys += (key(220 + side, name), key(222 + side, frame), key(224 + side, name, types))
                for detail in details:
                    keys += (key(230 + side, detail), key(232 + side, detail, name))
        for name in self._ruled_entities.get((x.ident, y.ident), ()):
            keys.append(key(226, name))
        for name in self._ruled_entities.get((y.ident, x.ident), ()):
            keys.append(key(227, name))
