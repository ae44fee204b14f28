"""From a token that fills a logical function to the mentions that act there.

The token may be (in) a mention; a common noun with a country ("Russian troops" acts as Russia); a measure ("dozens
of drones"); a title with a name in apposition; a relative pronoun; or a resolved anaphor. Coordination is expanded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from entityrel.knowledge.frames import load_grammar
from entityrel.pipeline.state import TokenSpan, anaphora
from entityrel.pipeline.syntax import Tree

__all__ = ["Argument", "ArgumentFinder"]

_MODIFIERS = ("amod", "compound", "nmod", "poss")
#: How deep phrases may be nested ("dozens of pairs of sets of …").
_DEPTH = 8
#: How many members of a coordination count; no sentence of news has longer lists, hostile texts do.
_MEMBERS = 24


@dataclass(frozen=True, slots=True)
class Argument:
    """A mention that fills a role: its token span, label and entity id, and how it was reached from the token.

    ``how`` is "" for the token's own mention, else "actor noun", "measure", "apposition", "anaphor", …
    """

    span: TokenSpan
    label: str
    id: str
    how: str = ""


class ArgumentFinder:
    """Finds the mentions that a token stands for; made once for a Doc."""

    def __init__(self, doc: Doc, tree: Tree) -> None:
        self.tree = tree
        classes = load_grammar().word_classes
        self._actor_nouns, self._measures = classes["actor_noun"], classes["measure_noun"]
        self._targets, self._events = classes["target_noun"], classes["event_noun"]
        self._hyponym_markers = classes["hyponym_marker"]
        self.mentions = [
            Argument((ent.start, ent.end), ent.label_, f"{ent.label_}:{ent.kb_id_ or ent.text.lower()}")
            for ent in doc.ents
        ]
        self._roots = [ent.root.i for ent in doc.ents]
        self.at: list[int | None] = [None] * tree.size
        for number, mention in enumerate(self.mentions):
            for i in range(*mention.span):
                self.at[i] = number
        by_span = {mention.span: mention for mention in self.mentions}
        # An anaphor is found by the head of its phrase.
        self._anaphors: dict[int, list[Argument]] = {}
        for (start, end), spans in anaphora(doc).items():
            resolved = [by_span[span] for span in spans if span in by_span]
            for i in range(start, end):
                if not start <= tree.head[i] < end or tree.head[i] == i:
                    self._anaphors[i] = resolved

    def arguments_by_root(self) -> Counter[int]:
        """How many mentions, or mentions that an anaphor stands for, each sentence has, by the root of its tree."""
        counts = Counter(map(self.tree.root, self._roots))
        for i, found in self._anaphors.items():
            counts[self.tree.root(i)] += len(found)
        return counts

    def is_actor_noun(self, token: int) -> bool:
        """Whether ``token`` is a common noun for people who act for a state or organisation ("troops")."""
        return self.tree.lemma[token] in self._actor_nouns

    def mention_headed_by(self, token: int) -> Argument | None:
        """The mention whose syntactic head is ``token``."""
        number = self.at[token]
        return self.mentions[number] if number is not None and self._roots[number] == token else None

    def alone(self, token: int, labels: Collection[str]) -> list[Argument]:
        """The mention at ``token``, if it has one of the labels, without those coordinated with it."""
        number = self.at[token]
        found = [] if number is None else [self.mentions[number]]
        return [mention for mention in found if mention.label in labels]

    def direct(self, token: int, labels: Collection[str]) -> list[Argument]:
        """The mention at ``token``, or that a pronoun there stands for, and those coordinated with it."""
        return list(dict.fromkeys(self._coordinated(token, labels, deep=False, depth=0)))

    def find(self, token: int, labels: Collection[str]) -> list[Argument]:
        """The mentions with one of the labels that ``token`` stands for, in text order of their heads."""
        return list(dict.fromkeys(self._coordinated(token, labels, deep=True, depth=0)))

    def owner(self, token: int, labels: Collection[str]) -> list[Argument]:
        """The actor whose weapon ``token`` is: Russia in "Russian missiles", "missiles of Russia"."""
        number = self.at[token]
        if number is None or self.mentions[number].label != "WEAPON":
            return []
        return list(dict.fromkeys(self._of_phrase(self._roots[number], labels, "owner of the weapon", 0, ("of",))))

    def _coordinated(self, token: int, labels: Collection[str], *, deep: bool, depth: int) -> Iterator[Argument]:
        if depth > _DEPTH:
            return
        tree, members = self.tree, [token]
        for member in members:  # grows: each member of a list hangs on the one before
            antecedent = tree.antecedent(member)
            token = member if antecedent is None else antecedent
            number = self.at[token]
            head = token if number is None else self._roots[number]
            yield from self._one(token, labels, deep=deep, depth=depth)
            if deep and "WEAPON" in labels:
                yield from self._hyponyms(head, labels, depth)
            if len(members) < _MEMBERS:
                members += (kid for kid in tree.children(head, "conj") if tree.pos[kid] not in ("VERB", "AUX"))

    def _one(self, token: int, labels: Collection[str], *, deep: bool, depth: int) -> Iterator[Argument]:
        tree, number = self.tree, self.at[token]
        if number is not None:
            mention = self.mentions[number]
            if mention.label in labels:
                yield from self._elliptic(number, labels)
                yield mention
                return
            if not deep or mention.label == "WEAPON":
                return
            token = self._roots[number]
        elif token in self._anaphors and (deep or tree.pos[token] == "PRON"):
            yield from (
                Argument(found.span, found.label, found.id, "anaphor")
                for found in self._anaphors[token]
                if found.label in labels
            )
            return
        elif not deep:
            return
        elif tree.lemma[token] in self._measures or tree.pos[token] == "NUM":
            for preposition in tree.children(token, "prep"):
                if tree.lower[preposition] in ("of", "in"):
                    for inner in tree.children(preposition, "pobj"):
                        yield from self._as(self._coordinated(inner, labels, deep=True, depth=depth + 1), "measure")
        named = [kid for kid in tree.children(token, "appos") if self.at[kid] is not None]
        # "… to Syria, a request that Russia criticised": an event is nobody, whatever the parser hangs it on
        event = tree.lemma[token] in self._events
        if not event and tree.dep[token] == "appos" and self.at[tree.head[token]] is not None:
            named.append(tree.head[token])
        apposed = [found for kid in named for found in self._coordinated(kid, labels, deep=False, depth=depth + 1)]
        if apposed:
            yield from self._as(iter(apposed), "apposition")
        elif tree.lemma[token] in self._actor_nouns or ("LOC" in labels and tree.lemma[token] in self._targets):
            yield from self._of_phrase(token, labels, "actor noun", depth, ("of", "from", "in"))

    def _of_phrase(
        self, token: int, labels: Collection[str], how: str, depth: int, prepositions: Collection[str]
    ) -> Iterator[Argument]:
        """The actor that modifies a noun: "Russian troops", "the army of Sudan", "US-led coalition"."""
        tree = self.tree
        found: list[Argument] = []
        for kid in tree.kids[token]:
            if tree.dep[kid] in _MODIFIERS:
                if tree.lemma[kid] == "lead" or tree.lower[kid] == "led":
                    for leader in (k for k in tree.kids[kid] if self.at[k] is not None):
                        found += self._coordinated(leader, labels, deep=False, depth=depth + 1)
                else:
                    deep = tree.dep[kid] == "poss"
                    found += self._coordinated(kid, labels, deep=deep, depth=depth + 1)
        if not found:
            for kid in tree.children(token, "prep"):
                if tree.lower[kid] in prepositions:
                    for inner in tree.children(kid, "pobj"):
                        found += self._coordinated(inner, labels, deep=False, depth=depth + 1)
        yield from self._as(iter(found), how)

    def _elliptic(self, number: int, labels: Collection[str]) -> Iterator[Argument]:
        """The members of "[cruise] and [ballistic missiles]" that hang on the head of the last one."""
        members = list(self.tree.children(self._roots[number], "amod", "compound", "nmod"))
        for kid in members:
            members += self.tree.children(kid, "conj")  # "[cruise], [anti-ship] and [ballistic missiles]"
            other = self.at[kid]
            if other is not None and other != number:
                mention = self.mentions[other]
                if mention.label == self.mentions[number].label == "WEAPON" and mention.label in labels:
                    yield mention

    def _hyponyms(self, head: int, labels: Collection[str], depth: int) -> Iterator[Argument]:
        """The members that a class noun names: "weapons, including tanks", "aircraft such as the Su-34"."""
        tree = self.tree
        for kid in tree.children(head, "appos"):  # "military equipment: helicopters, missiles"
            if any(tree.lower[other] == ":" for other in tree.kids[head] if head < other < kid):
                yield from self._as(self._coordinated(kid, labels, deep=True, depth=depth + 1), "member of the class")
        for kid in tree.children(head, "prep"):
            if tree.lower[kid] in self._hyponym_markers:
                for inner in tree.children(kid, "pobj"):
                    yield from self._as(
                        self._coordinated(inner, labels, deep=True, depth=depth + 1), "member of the class"
                    )

    @staticmethod
    def _as(found: Iterator[Argument], how: str) -> Iterator[Argument]:
        return (Argument(item.span, item.label, item.id, item.how or how) for item in found)
