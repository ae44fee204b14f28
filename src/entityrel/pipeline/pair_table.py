"""The features of many pairs of mentions at once: what differs from pair to pair as columns, the keys as products.

What is known of a token or a mention alone is found once (`PairContext`); for each pair only its shared predicates,
its anaphors and its path in the tree are looked up one by one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from entityrel.pipeline.feature_keys import Features, Ints, Keys, Ragged, spread
from entityrel.pipeline.linked_mentions import LinkedMentions, Node
from entityrel.pipeline.links import AGENT, SELF, THEME, WORD

__all__ = ["PairContext", "PairTable"]

_FACTOR: Final = 1000003
#: Tokens of a path up the tree.
_UPS, _DOWNS = 30, 31
_POWERS: Final = np.array([pow(_FACTOR, n, WORD + 1) for n in range(_DOWNS + 2)])
_CONTENT: Final = frozenset({"VERB", "NOUN", "ADP", "ADJ"})
#: Children of the highest token of a path that are features: the tag of the feature.
_TOP_TAG: Final = {**dict.fromkeys(("aux", "auxpass", "prt", "agent", "neg"), 65), "prep": 66,
                   **dict.fromkeys(("dobj", "attr", "nsubj", "acomp"), 67)}  # fmt: skip
_ROLE_CHILDREN: Final = frozenset({"prt", "dobj", "acomp", "attr"})
#: Tokens between two mentions that are looked at.
_BETWEEN: Final = 14

_BASIC = Features(
    "fine order types shared cost gap x_place y_place size owners",
    "20 fine", "21 fine order", "22 types shared cost", "23 types gap", "25 x_place types", "26 y_place types",
    "110 size order", "114 owners order",
)  # fmt: skip
_ENDS = Features("first punct types", "24 first punct types")
_PATH = Features(
    "shape types lemma fine lexical up down first_up first_down depths",
    "33 shape", "34 shape types", "35 lemma", "36 lemma types", "37 lemma shape", "38 lemma shape types",
    "39 lexical types", "60 up lemma types", "61 down lemma types", "34 shape fine", "36 lemma fine",
    "62 first_up lemma types", "63 first_down lemma types", "64 depths types",
)  # fmt: skip
_MIDDLE = Features("word dep types", "30 word", "31 word types", "32 word dep types")
_MIDDLE_CLASS = Features("class dep types", "130 class dep types")
_MIDDLE_FRAME = Features("frame dep types", "131 frame types", "132 frame dep types")
_TOP_CLASS = Features("class types shape", "133 class types", "134 class shape")
_TOP_FRAME = Features(
    "frame types shape up down", "135 frame types", "136 frame shape", "137 frame up types", "138 frame down types"
)
_TOP_CHILD = Features("tag child lemma types", "0 child lemma types")
_ROLES = Features(
    "tag word roles types role_x role_y cost",
    "0 word roles", "1 word roles types", "2 roles types", "3 word role_x types", "4 word role_y types",
    "5 word types", "6 cost types",
)  # fmt: skip
_ROLE_CHILD = Features("tag child roles word", "7 child roles word")
_ROLE_CLASS = Features("tag class roles types", "0 class roles types")
_ROLE_FRAME = Features("tag frame roles types", "4 frame roles", "5 frame roles types", "6 frame")
_ANAPHOR = Features("tag word types rank gap place dep", "8 word types rank", "9 word gap rank", "10 types place dep")
_BETWEEN_WORD = Features("word order", "111 word order", "112 word")
_BETWEEN_TWO = Features("word previous order", "113 word previous order")
_BETWEEN_WHOLE = Features("whole order", "115 whole order")
_BETWEEN_FRAME = Features("frame order gap", "116 frame order gap")
_RIVAL = Features("tag role word types state", "180 role types state", "182 word types state")


class _Chain(NamedTuple):
    """A token and those above it: the tokens, the place of each, and where its columns begin."""

    tokens: list[int]
    at: dict[int, int]
    base: int


class _Chains:
    """The ways from tokens up to the root, with running hashes, as columns."""

    def __init__(self, text: LinkedMentions) -> None:
        self._text = text
        self._known: dict[int, _Chain] = {}
        self.up: list[int] = []
        self.lexical: list[int] = []
        self.lexical_alone: list[int] = []
        self.content: list[int] = []

    def of(self, token: int) -> _Chain:
        """The way up from ``token``."""
        if token in self._known:
            return self._known[token]
        text = self._text
        tokens = [token]
        while text.head[tokens[-1]] != tokens[-1] and len(tokens) < _DOWNS:
            tokens.append(text.head[tokens[-1]])
        found = _Chain(tokens, {t: n for n, t in enumerate(tokens[:_UPS])}, len(self.up))
        self._known[token] = found
        up, lexical, alone, content = 7, 5, 0, 0
        for n, t in enumerate([-1, *tokens]):
            if n:
                up = (up * _FACTOR + text.dep_hash[t]) & WORD
            if n > 1 and text.pos[t] in _CONTENT:
                lexical = (lexical * _FACTOR + text.word[t]) & WORD
                alone = (alone * _FACTOR + text.word[t]) & WORD
                content += 1
            self.up.append(up)
            self.lexical.append(lexical)
            self.lexical_alone.append(alone)
            self.content.append(content)
        return found


class PairContext:
    """What all pairs of a Doc have in common, as arrays over its tokens and mentions.

    Args:
        text: The Doc's mentions with their links.
        classes: Word classes of each token, as many for each token that has any.
        frames: Numbers of the predicates that each token may state.
        coarse: By label, the label under which most features know it.
    """

    def __init__(self, text: LinkedMentions, classes: Ragged, frames: Ragged, coarse: Ints) -> None:
        self.text = text
        self.classes, self.frames = classes, frames
        self.levels = int(classes.sizes.max(initial=1))
        self.word, self.dep, self.owner, self.lower = (
            np.array(column, np.int64)
            for column in (text.word, text.dep_hash, text.owner, [value & WORD for value in text.lower])
        )
        self.sentence = np.array(text.starts, np.int64)
        self.ends_in_punct = np.array([text.pos[end - 1] == "PUNCT" for end in text.starts[1:]], np.int64)
        self.idents = {ident: n for n, ident in enumerate(text.counts)}
        rows = [(m.label, m.start, m.end, m.sent, m.root, self.idents[m.ident]) for m in text.mentions]
        columns = np.array(rows, np.int64).reshape(-1, 6).T
        self.label, self.start, self.end, self.sent, self.root, self.ident = columns
        self.coarse = coarse[self.label]
        self.chains = _Chains(text)
        top: list[list[int]] = [[] for _ in range(text.n)]
        role: list[list[int]] = [[] for _ in range(text.n)]
        for i, (name, head) in enumerate(zip(text.dep, text.head, strict=True)):
            if head != i:
                if name in _TOP_TAG:
                    top[head].append(i)
                if name in _ROLE_CHILDREN:
                    role[head].append(i)
        self.top_children, self.role_children = Ragged(top), Ragged(role)
        self.top_tag = np.array([_TOP_TAG.get(name, 0) for name in text.dep], np.int64)
        self.rivals = [self._rivals(wanted) for wanted in (AGENT, THEME)]

    def _rivals(self, wanted: int) -> tuple[Ragged, Ints, Ints]:
        """By mention, its close links; each link's role, word and whether others fill the role ``wanted`` there.

        Last, the pairs of a link and an entity that does.
        """
        text = self.text
        links: list[list[int]] = []
        rows: list[int] = []
        filled: list[int] = []
        for mention in text.mentions:
            own: list[int] = []
            for predicate, (role, cost) in mention.links.items():
                if cost <= 1 and role not in (SELF, wanted):
                    fillers = text.fillers.get((predicate, wanted), ())
                    number = len(rows) // 3
                    own.append(number)
                    rows += (role, text.word[predicate], bool(fillers))
                    filled += (number * len(self.idents) + self.idents[text.mentions[i].ident] for i in fillers)
            links.append(own)
        return Ragged(links), np.array(rows, np.int64).reshape(-1, 3), np.array(filled, np.int64)


class PairTable:
    """Pairs of mentions with their features.

    Args:
        context: What they have in common.
        xs, ys: Numbers of the mentions: subjects and objects.

    Attributes:
        triggers: By pair, the token that best states the relation (-1: none).
        keys: The keys, each with the number of its pair; without those of the mentions alone.
        fine: The labels of both, as one number.
        gap: By how many sentences the object is behind the subject.
    """

    def __init__(self, context: PairContext, xs: Ints, ys: Ints) -> None:
        self.context = c = context
        self.xs, self.ys = xs, ys
        self.keys = Keys()
        self.triggers = [-1] * len(xs)
        self._types = c.coarse[xs] * 8 + c.coarse[ys]
        self.fine = c.label[xs] * 8 + c.label[ys]
        self._forward = c.start[xs] < c.start[ys]
        self._order = self._types * 2 + self._forward
        self.gap = c.sent[ys] - c.sent[xs]
        self._shared = np.zeros(len(xs), np.int64)
        self._cost = np.full(len(xs), 9, np.int64)
        roles: list[int] = []
        anaphors: list[int] = []
        paths: list[int] = []
        middle: list[int] = []
        mentions = c.text.mentions
        for pair, (a, b) in enumerate(zip(xs.tolist(), ys.tolist(), strict=True)):
            x, y = mentions[a], mentions[b]
            trigger = top = -1
            if x.sent == y.sent:
                shared = c.text.shared(x, y)
                if shared:
                    trigger = shared[0][1]
                    self._shared[pair], self._cost[pair] = len(shared), min(shared[0][0], 8)
                    for rank, (cost, predicate, role_x, role_y) in enumerate(shared):
                        base = 10 * (rank > 0)
                        roles += (pair, 40 + base, 140 + base, predicate, role_x, role_y, cost)
                top = self._path(pair, x.root, y.root, paths, middle)
            if x.anaphors or y.anaphors:
                trigger = self._by_anaphors(pair, (x, y), trigger, roles, anaphors)
            self.triggers[pair] = top if trigger < 0 else trigger
        self._add_paths(np.array(paths, np.int64).reshape(-1, 7).T, np.array(middle, np.int64))
        self._add_roles(np.array(roles, np.int64).reshape(-1, 7).T)
        self._add_anaphors(np.array(anaphors, np.int64).reshape(-1, 7).T)
        self._add_between()
        for side, (near, far) in enumerate(((ys, xs), (xs, ys))):
            self._add_rivals(side, near, far)

    # --- pair by pair --------------------------------------------------------------------------------------

    def _path(self, pair: int, a: int, b: int, paths: list[int], middle: list[int]) -> int:
        """The way from one root to the other: how far up, how far down, the token at the top (-1: none)."""
        up, down = self.context.chains.of(a), self.context.chains.of(b)
        at = up.at
        top, ups, downs = -1, len(at), len(down.tokens)
        for n, token in enumerate(down.tokens):
            if token in at:
                top, ups, downs = token, at[token], n
                break
        between = up.tokens[1:ups] + down.tokens[1:downs]
        middle += between
        paths += (pair, top, ups, downs, up.base, down.base, len(between))
        return top

    def _by_anaphors(
        self, pair: int, nodes: tuple[Node, Node], trigger: int, roles: list[int], anaphors: list[int]
    ) -> int:
        """Pairs by way of an anaphor that may stand for the subject, or for the object."""
        shared_of = self.context.text.shared
        for side, (near, far) in enumerate((nodes, nodes[::-1])):
            done = 0
            for node, rank in near.anaphors:
                if node.sent != far.sent or done > 2:
                    continue
                shared = shared_of(node, far) if side == 0 else shared_of(far, node)
                if not shared or shared[0][0] > 4:
                    continue
                done += 1
                cost, predicate, role_x, role_y = shared[0]
                roles += (pair, 70 + 20 * side, 160 + 10 * side, predicate, role_x, role_y, cost)
                gap = node.sent - near.sent
                anaphors += (pair, 70 + 20 * side, node.root, rank, gap, rank * 4 + gap, near.root)
                if trigger < 0:
                    trigger = predicate
        return trigger

    # --- all pairs together --------------------------------------------------------------------------------

    def _add_paths(self, columns: Ints, middle: Ints) -> None:
        c, add = self.context, self.keys.add
        pair, top, ups, downs, up_base, down_base, sizes = columns
        running = [np.array(column, np.int64) for column in
                   (c.chains.up, c.chains.lexical, c.chains.lexical_alone, c.chains.content)]  # fmt: skip
        types, xs, ys = self._types[pair], self.xs[pair], self.ys[pair]
        up, down = (running[0][place] for place in (up_base + ups, down_base + downs))
        shape = (up * 31 + down) & WORD
        lemma = np.where(top >= 0, c.word[top], 1)
        behind = down_base + downs
        lexical = (running[1][up_base + ups] * _POWERS[running[3][behind]] + running[2][behind]) & WORD
        first_up = np.where(ups > 0, c.dep[c.root[xs]], 0)
        first_down = np.where(downs > 0, c.dep[c.root[ys]], 0)
        depths = np.minimum(ups, 6) * 8 + np.minimum(downs, 6)
        add(pair, _PATH(shape, types, lemma, self.fine[pair], (lexical * 31 + lemma) & WORD, up, down, first_up,
                        first_down, depths))  # fmt: skip
        rows = np.repeat(np.arange(len(pair)), sizes)
        add(pair[rows], _MIDDLE(c.word[middle], c.dep[middle], types[rows]))
        for values, group in ((c.classes, _MIDDLE_CLASS), (c.frames, _MIDDLE_FRAME)):
            found, value = values.take(middle)
            of = rows[found]
            add(pair[of], group(value, c.dep[middle[found]], types[of]))
        topped = np.flatnonzero(top >= 0)
        found, value = c.classes.take(top[topped])
        of = topped[found]
        add(pair[of], _TOP_CLASS(value, types[of], shape[of]))
        found, value = c.frames.take(top[topped])
        of = topped[found]
        add(pair[of], _TOP_FRAME(value, types[of], shape[of], up[of], down[of]))
        found, child = c.top_children.take(top[topped])
        of = topped[found]
        tag = c.top_tag[child]
        value = np.where(tag == 65, c.dep[child], c.word[child])
        add(pair[of], _TOP_CHILD(tag, value, lemma[of], types[of]))

    def _add_roles(self, columns: Ints) -> None:
        """Shared predicates with the roles of both, their classes and frames."""
        c, add = self.context, self.keys.add
        pair, tag, class_tag, predicate, role_x, role_y, cost = columns
        types, word, roles = self._types[pair], c.word[predicate], (role_x * 1009 + role_y) & WORD
        add(pair, _ROLES(tag, word, roles, types, role_x, role_y, np.minimum(cost, 8)))
        of, child = c.role_children.take(predicate)
        add(pair[of], _ROLE_CHILD(tag[of], c.word[child], roles[of], word[of]))
        of, value = c.classes.take(predicate)
        level = np.arange(len(of)) % c.levels
        add(pair[of], _ROLE_CLASS(class_tag[of] + level, value, roles[of], types[of]))
        of, value = c.frames.take(predicate)
        add(pair[of], _ROLE_FRAME(class_tag[of], value, roles[of], types[of]))

    def _add_anaphors(self, columns: Ints) -> None:
        c = self.context
        pair, tag, token, rank, gap, place, near = columns
        self.keys.add(pair, _ANAPHOR(tag, c.lower[token], self._types[pair], rank, gap, place, c.dep[near]))

    def _add_between(self) -> None:
        c, add = self.context, self.keys.add
        xs, ys, order, gap = self.xs, self.ys, self._order, self.gap
        first = np.where(self._forward, c.end[xs], c.end[ys])
        last = np.where(self._forward, c.start[ys], c.start[xs])
        size = last - first
        pair, token = spread(first, np.clip(size, 0, _BETWEEN))
        before = np.maximum(token - 1, 0)
        starts = token == first[pair]
        begins = (c.owner[token] >= 0) & (starts | (c.owner[before] != c.owner[token]))
        owners = np.bincount(pair[begins], minlength=len(xs))
        every = np.arange(len(xs))
        place = [np.minimum(c.start[m] - c.sentence[c.sent[m]], 4) for m in (xs, ys)]
        add(every, _BASIC(self.fine, order, self._types, np.minimum(self._shared, 3), self._cost, gap + 10,
                          *place, np.minimum(8, size // 2), np.minimum(owners, 5)))  # fmt: skip
        sent = c.sent[ys]
        add(every, _ENDS((sent == 0).astype(np.int64), c.ends_in_punct[sent], self._types))
        of, frame = c.frames.take(token)
        add(pair[of], _BETWEEN_FRAME(frame, order[pair[of]], gap[pair[of]]))
        here = gap[pair] == 0
        pair, token, before, starts = pair[here], token[here], before[here], starts[here]
        add(pair, _BETWEEN_WORD(c.word[token], order[pair]))
        near = size[pair] <= 6
        previous = np.where(starts, 3, c.word[before])
        add(pair[near], _BETWEEN_TWO(c.word[token[near]], previous[near], order[pair[near]]))
        short = np.flatnonzero((gap == 0) & (size <= 4))
        whole = np.ones(len(short), np.int64)
        for n in range(4):
            more = size[short] > n
            whole[more] = (whole[more] * _FACTOR + c.word[first[short[more]] + n]) & WORD
        add(short, _BETWEEN_WHOLE(whole, order[short]))

    def _add_rivals(self, side: int, near: Ints, far: Ints) -> None:
        """Whether other mentions fill the role that one of the pair would need at the other's predicates."""
        c = self.context
        links, rows, filled = c.rivals[side]
        pair, link = links.take(near)
        role, word, has_rivals = rows[link].T
        itself = np.isin(link * len(c.idents) + c.ident[far[pair]], filled)
        state = np.where(itself, 2, has_rivals)
        self.keys.add(pair, _RIVAL(np.full(len(pair), side), role, word, self._types[pair], state))
