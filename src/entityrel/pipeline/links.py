"""Logical arguments: the predicates of which a token of a parsed text is an argument, and in which role.

These links see through passives, coordination, apposition, relative and reduced relative clauses, control, light
verbs and nominalisations. They serve as features, so a doubtful link does little harm; the ruler's constructions
(``syntax.py``), which decide by themselves, are stricter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

__all__ = ["ACL", "AGENT", "APPOS", "ATTR", "COMPOUND", "CONTROL", "LIGHT", "POSS", "PREP", "RECIPIENT", "SELF",
           "SUBJECT_OF_ATTR", "THEME", "TITLE", "WORD", "LinkedText"]  # fmt: skip

#: A word as a number: the low bits of its hash.
WORD: Final = 0x7FFFFFFF
#: Links that cost more than this are too far-fetched to help.
_MAX_COST: Final = 6
#: Longest chain of coordinated or apposed words that is followed.
_MAX_DEPTH: Final = 25
#: Most predicates of which a token is taken to be an argument; a sentence of thousands of words has no end of them.
_MAX_LINKS: Final = 100

# Roles. That of a preposition's object is PREP plus the preposition's word; those over a noun or a light verb are
# mixed of two roles.
(
    AGENT, THEME, RECIPIENT, ATTR, POSS, COMPOUND, APPOS, TITLE, SELF, LIGHT, SUBJECT_OF_ATTR, ACL, CONTROL,
) = range(11, 24)  # fmt: skip
PREP: Final = 1000


class LinkedText:
    """A parsed Doc as plain lists, with the links of its tokens.

    Args:
        doc: A Doc with parse, tags and lemmas.

    Attributes:
        key: Hash of the lemma of each token (of the lower-case form of a proper noun).
        word: The same in 31 bits; a mention's label inside a mention.
        owner: Number of the mention that a token is in, or -1.
        sent: Number of the sentence of each token; ``starts`` are the sentences' first tokens, and the end.
    """

    def __init__(self, doc: Doc) -> None:
        strings = doc.vocab.strings
        attrs = doc.to_array(["HEAD", "DEP", "POS", "TAG", "LEMMA", "LOWER", "SENT_START"])
        self.n = n = len(doc)
        names: dict[int, str] = {}
        columns = attrs.T.tolist()
        for column in columns[1:4]:
            names.update((value, strings[value]) for value in set(column) - names.keys())
        self.head = (attrs[:, 0].astype("int64") + range(n)).tolist() if n else []
        self.dep_hash = [value & WORD for value in columns[1]]
        self.dep, self.pos, self.tag = ([names[value] for value in column] for column in columns[1:4])
        proper = [tag.startswith("NNP") for tag in self.tag]
        lemma, lower = columns[4:6]
        self.lower = lower
        #: Hash of the lemma (of the lower-case form of a proper noun): looks up a vector.
        self.key = [low if is_name else lem for is_name, lem, low in zip(proper, lemma, lower, strict=True)]
        self.word: list[int] = [value & WORD for value in self.key]
        self.sent: list[int] = []
        self.starts: list[int] = []
        for i, value in enumerate(columns[6]):
            if value == 1 or i == 0:
                self.starts.append(i)
            self.sent.append(len(self.starts) - 1)
        self.starts.append(n)
        self.children: list[list[int]] = [[] for _ in range(n)]
        for i, h in enumerate(self.head):
            if h != i:
                self.children[h].append(i)
        self.owner = [-1] * n
        self._strings = strings
        self._depth = 0
        self._memo: dict[int, dict[int, tuple[int, int]]] = {}

    def links(self, i: int) -> dict[int, tuple[int, int]]:
        """Predicates of which token ``i`` is an argument: role and cost by predicate token."""
        found = self._memo.get(i)
        if found is not None:
            return found
        best = self._memo[i] = {i: (SELF, 0)}  # set first: ends a cycle, and a chain that is too long
        if self._depth >= _MAX_DEPTH:
            return best
        self._depth += 1
        todo = deque(self._direct(i))
        while todo and len(best) < _MAX_LINKS:
            predicate, role, cost = todo.popleft()
            if cost > _MAX_COST or (predicate in best and best[predicate][1] <= cost):
                continue
            best[predicate] = (role, cost)
            todo.extend(self._shared(predicate, role, cost))
            if self.pos[predicate] not in ("VERB", "AUX"):
                for other, (role2, cost2) in self.links(predicate).items():
                    if other != predicate:
                        todo.append((other, (role2 * 37 + role) & WORD, cost + cost2 + 2))
        self._depth -= 1
        return best

    def _direct(self, i: int) -> Iterator[tuple[int, int, int]]:
        dep, head = self.dep, self.head
        name, h = dep[i], head[i]
        if name in ("nsubj", "csubj"):
            yield h, AGENT, 0
            for c in self.children[h]:
                if dep[c] in ("attr", "acomp"):
                    yield c, SUBJECT_OF_ATTR, 0
        elif name in ("nsubjpass", "dobj"):
            yield h, THEME, 0
        elif name == "dative":
            yield h, RECIPIENT, 0
        elif name in ("attr", "oprd", "acomp"):
            yield h, ATTR, 0
        elif name in ("pobj", "pcomp"):
            g = head[h]
            if dep[h] == "agent":
                yield g, AGENT, 0
            elif g != h:
                yield g, PREP + self.word[h], 0
                if self.pos[g] in ("ADP", "SCONJ", "ADV") and head[g] != g:
                    yield head[g], PREP + self.word[g], 1
        elif name == "poss":
            yield h, POSS, 0
        elif name in ("compound", "nmod", "amod", "npadvmod", "nummod"):
            yield h, COMPOUND, 0
        elif name == "appos":
            yield h, APPOS, 0
            for g, (role, cost) in self.links(h).items():
                if g != h:
                    yield g, role, cost + 1
        elif name == "conj" and h != i:
            for g, (role, cost) in self.links(h).items():
                if g != h:
                    yield g, role, cost
        for c in self.children[i]:
            if dep[c] == "appos":
                yield c, TITLE, 0
            elif dep[c] == "relcl":
                yield c, self._gap(c), 1
                yield from self._shared(c, self._gap(c), 1)
            elif dep[c] == "acl":
                yield c, {"VBG": AGENT, "VBN": THEME}.get(self.tag[c], ACL), 1

    def _gap(self, verb: int) -> int:
        """The role in a relative clause of the noun that it modifies."""
        seen = set()
        for c in self.children[verb]:
            name = self.dep[c]
            seen.add(name)
            if self.tag[c] in ("WDT", "WP"):
                if name == "nsubj":
                    return AGENT
                if name in ("nsubjpass", "dobj"):
                    return THEME
            for d in self.children[c]:
                if self.tag[d] in ("WDT", "WP") and self.dep[d] == "pobj":
                    return PREP + self.word[c]
        if not seen & {"nsubj", "nsubjpass"}:
            return AGENT
        return ACL if "dobj" in seen else THEME

    def _shared(self, verb: int, role: int, cost: int) -> Iterator[tuple[int, int, int]]:
        """Predicates that share an argument with ``verb``: control, coordinated verbs, light verbs' nouns."""
        if role not in (AGENT, THEME) and role < PREP:
            return
        dep, children = self.dep, self.children
        has_object = any(dep[c] in ("dobj", "dative") for c in children[verb])
        for c in children[verb]:
            name = dep[c]
            if name in ("xcomp", "advcl", "conj", "ccomp") and self.pos[c] in ("VERB", "AUX"):
                if role >= PREP or any(dep[d] in ("nsubj", "nsubjpass", "expl") for d in children[c]):
                    continue
                passive = any(dep[d] == "auxpass" for d in children[c])
                inner = THEME if passive else AGENT
                if name == "conj":
                    if role == AGENT or not passive:
                        yield c, inner if role == AGENT or passive else CONTROL, cost + 1
                elif role == AGENT and not (has_object and name == "xcomp"):
                    yield c, inner, cost + 1
                elif role == THEME:
                    yield c, inner if name == "xcomp" else CONTROL, cost + 1
                else:
                    yield c, CONTROL, cost + 2
            elif name == "dobj" and self.owner[c] < 0 and role != THEME:
                yield c, (LIGHT * 37 + role) & WORD, cost + 1
            elif name in ("prep", "agent") and role < PREP:
                for d in children[c]:
                    if dep[d] == "pobj" and self.owner[d] < 0:
                        yield d, ((LIGHT + self.word[c]) * 37 + role) & WORD, cost + 2
                    elif dep[d] == "pcomp" and self.pos[d] in ("VERB", "AUX"):
                        inner = THEME if any(dep[e] == "auxpass" for e in children[d]) else AGENT
                        if role == THEME or not has_object:
                            yield d, inner, cost + 1
                        else:
                            yield d, CONTROL, cost + 1

    def path(self, a: int, b: int) -> tuple[list[int], int, list[int]]:
        """Tokens from ``a`` up to, and from ``b`` up to, their lowest common ancestor (-1: none)."""
        head = self.head
        ups = [a]
        while head[ups[-1]] != ups[-1] and len(ups) < 30:
            ups.append(head[ups[-1]])
        at = {token: k for k, token in enumerate(ups)}
        downs: list[int] = []
        token = b
        while token not in at:
            downs.append(token)
            if head[token] == token or len(downs) > 30:
                return ups, -1, downs
            token = head[token]
        return ups[: at[token]], token, downs
