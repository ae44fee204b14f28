"""The relation ruler: finds triggers by the lexicon of the frames and their arguments by the constructions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product

from spacy.language import Language
from spacy.tokens import Doc

from entityrel.knowledge.frames import ROLES, Entry, Frame, Lexicon, load_frames
from entityrel.knowledge.ontology import Predicate, load_ontology
from entityrel.pipeline.arguments import Argument, ArgumentFinder
from entityrel.pipeline.pair_knowledge import countries_of
from entityrel.pipeline.state import Proposal, TokenSpan, put_proposals, require
from entityrel.pipeline.syntax import Filler, Tree, Walker

__all__ = ["EXTRACTOR", "RelationRuler", "make_ruler"]

EXTRACTOR = "ruler"
#: Functions whose filler must itself be a mention: "a government delivery" does not make the government an actor.
_DIRECT = frozenset({"modifier"})
_ACTORS = frozenset({"PERSON", "COUNTRY", "ORG"})
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON"})
_ORGS = frozenset({"ORG"})
_WEAPONS = frozenset({"WEAPON"})
#: Confidence of a transfer by a stranger to the weapon's maker: on the training articles 4 of 9 were right (returns),
#: the others turned round ("signed a contract with X for its jets") or mere mentions.
_TO_MAKER = 0.45


@dataclass(frozen=True, slots=True)
class _Filled:
    """The arguments that were found for a role, and the filler that led to them."""

    arguments: tuple[Argument, ...]
    filler: Filler


@Language.factory(
    "entityrel_ruler",
    requires=["doc.ents", "token.dep", "token.lemma", "token.tag", "token.pos"],
    default_config={"frames": []},
)
def make_ruler(nlp: Language, name: str, frames: list[str]) -> RelationRuler:
    """Make the ruler; ``frames`` are paths of YAML files with frames beside the packaged ones."""
    return RelationRuler(load_frames(*frames), name)


class RelationRuler:
    """A pipeline component that proposes relations by rules (``data/frames``, ``data/constructions.yaml``).

    It needs a parse, tags, lemmas and ``doc.ents``, and adds to the proposals of the Doc; it decides neither
    polarity nor modality.
    """

    def __init__(self, lexicon: Lexicon, name: str = "entityrel_ruler") -> None:
        self.name = name
        self._lexicon = lexicon
        self._predicates = load_ontology().predicates

    def __call__(self, doc: Doc) -> Doc:
        """Add this ruler's proposals to ``doc``, in place of those of an earlier run."""
        require(doc, self.name, "DEP", "TAG", "LEMMA")
        put_proposals(doc, EXTRACTOR, self.propose(doc))
        return doc

    def propose(self, doc: Doc) -> Iterator[Proposal]:
        """The relations that the frames find in ``doc``, in text order of their triggers."""
        if len(doc.ents) < 2:
            return
        tree = Tree(doc)
        finder, walker = ArgumentFinder(doc, tree), Walker(tree)
        arguments = finder.arguments_by_root()
        for trigger, entry in self._triggers(tree, finder):
            if arguments[tree.root(trigger[1])] < 2:
                continue
            for frame in entry.frames:
                if self._is_governed(frame, trigger[1], tree):
                    yield from self._fill(frame, trigger, walker, finder)

    # ------------------------------------------------------------------------------------------- triggers

    def _triggers(self, tree: Tree, finder: ArgumentFinder) -> Iterator[tuple[tuple[TokenSpan, int], Entry]]:
        """The token span and head of each trigger with its lexicon entry; only the longest phrase counts."""
        found: list[tuple[tuple[TokenSpan, int], Entry]] = []
        covered: set[int] = set()  # "general" in "secretary-general" is no trigger of its own
        for i in range(tree.size):
            part_of_speech = tree.part_of_speech(i)
            mention = finder.mention_headed_by(i)
            if mention is not None:
                found += [((mention.span, i), e) for e in self._lexicon.entries.get(("mention", mention.label), ())]
            if part_of_speech is None or finder.at[i] is not None:
                continue
            for entry in self._lexicon.entries.get((part_of_speech, tree.lemma[i]), ()):
                span = self._match(entry, i, tree)
                if span is not None:
                    found.append(((span, i), entry))
                    covered.update(j for j in range(*span) if j != i)
                    break
        return (item for item in found if item[0][1] not in covered)

    @staticmethod
    def _match(entry: Entry, i: int, tree: Tree) -> TokenSpan | None:
        words = entry.lemmas
        if len(words) == 1:
            return i, i + 1
        if entry.part_of_speech == "verb":
            particles = {tree.lower[kid]: kid for kid in tree.kids[i] if tree.dep[kid] in ("prt", "advmod", "prep")}
            if all(word in particles for word in words[1:]):
                last = max(particles[word] for word in words[1:])
                return (i, last + 1) if last == i + len(words) - 1 else (i, i + 1)
        start = i - entry.head
        end = start + len(words)
        if start < 0 or end > tree.size:
            return None
        if all(word in (tree.lemma[at], tree.lower[at]) for at, word in zip(range(start, end), words, strict=True)):
            return start, end
        return None

    @staticmethod
    def _is_governed(frame: Frame, trigger: int, tree: Tree) -> bool:
        if not (frame.under or frame.not_under):
            return True
        governor = tree.governor(trigger)
        lemma = tree.lemma[governor] if governor != trigger else ""
        return (not frame.under or lemma in frame.under) and lemma not in frame.not_under

    # ------------------------------------------------------------------------------------------ arguments

    def _fill(
        self, frame: Frame, trigger: tuple[TokenSpan, int], walker: Walker, finder: ArgumentFinder
    ) -> Iterator[Proposal]:
        predicate = self._predicates[frame.predicate]
        head = trigger[1]
        filled: dict[str, _Filled] = {}
        used: set[str] = set()
        for role in ROLES:
            functions, labels = frame.roles.get(role, ()), getattr(predicate, role)
            if not functions or labels is None:
                continue
            everyone = predicate.symmetric and role == "subject"
            found = self._first(head, functions, labels, walker, finder, used=used, everyone=everyone)
            if found is None and role == "recipient" and self._is_unresolved(functions, head, walker, finder):
                return  # "sold them tanks": without knowing to whom, it would be another statement
            if found is None and (role == "subject" or (role == "object" and not predicate.symmetric)):
                return
            if found is not None:
                filled[role] = found
                used |= {argument.id for argument in found.arguments}
        if frame.reciprocal and "recipient" not in filled:
            filled["recipient"] = filled["subject"]
        if any(self._is_filled(function, head, walker, finder) for function in frame.unless):
            return
        if predicate.symmetric and "object" not in filled:
            yield from self._mutual(frame, trigger[0], filled["subject"])
        elif frame.required <= filled.keys():
            yield from self._distribute(frame, predicate, trigger[0], filled)

    def _is_filled(self, function: str, head: int, walker: Walker, finder: ArgumentFinder) -> bool:
        """Whether a function of a frame's ``unless`` has a filler of the kind that it names."""
        kind, _, name = function.rpartition(":")
        if kind == "any":
            return any(walker.tree.pos[filler.token] in _NOMINAL for filler in walker.find(head, name))
        labels = _WEAPONS if kind == "weapon" else _ACTORS
        return self._first(head, (name,), labels, walker, finder) is not None

    @staticmethod
    def _is_unresolved(functions: Iterable[str], head: int, walker: Walker, finder: ArgumentFinder) -> bool:
        """Whether a person or an actor noun that stands for no known mention fills one of the functions."""
        tree = walker.tree
        return any(
            finder.at[filler.token] is None and (tree.pos[filler.token] == "PRON" or finder.is_actor_noun(filler.token))
            for function in functions
            for filler in walker.find(head, function)
        )

    @staticmethod
    def _first(
        head: int,
        functions: Iterable[str],
        labels: frozenset[str],
        walker: Walker,
        finder: ArgumentFinder,
        *,
        used: Collection[str] = (),
        everyone: bool = False,
    ) -> _Filled | None:
        """The arguments by the first function that yields any; ``everyone`` takes all its fillers together."""
        for function in functions:
            gathered: list[Argument] = []
            first: Filler | None = None
            look = finder.direct if function in _DIRECT else finder.find
            kind, _, name = function.rpartition(":")
            if kind == "owner":
                look = finder.owner
            if name == "self":
                look = finder.alone
            allowed = labels & _ORGS if kind == "org" else labels
            at = walker.tree.governor(head) if kind == "governor" else head
            for filler in walker.find(at, name):
                arguments = [found for found in look(filler.token, allowed) if found.id not in used]
                if arguments:
                    first = first or filler
                    gathered += arguments
                    if not everyone:
                        break
            if first is not None:
                return _Filled(tuple(dict.fromkeys(gathered)), first)
        return None

    def _mutual(self, frame: Frame, trigger: TokenSpan, group: _Filled) -> Iterator[Proposal]:
        """Every pair of a coordinated group: "talks between Russia, Iran and Turkey"."""
        for one, other in combinations(group.arguments, 2):
            if one.id != other.id:
                yield self._proposal(frame, trigger, {"subject": (one, group.filler), "object": (other, group.filler)})

    def _distribute(
        self, frame: Frame, predicate: Predicate, trigger: TokenSpan, filled: dict[str, _Filled]
    ) -> Iterator[Proposal]:
        """Every combination of the coordinated arguments: two suppliers, items and recipients make eight."""
        roles = [role for role in ROLES if role in filled]
        for choice in product(*(filled[role].arguments for role in roles)):
            chosen = dict(zip(roles, choice, strict=True))
            if len({argument.id for argument in choice}) < len(choice):
                continue
            if predicate.allows(*(chosen[role].label for role in roles)):
                yield self._proposal(frame, trigger, {role: (chosen[role], filled[role].filler) for role in roles})

    @staticmethod
    def _proposal(frame: Frame, trigger: TokenSpan, chosen: dict[str, tuple[Argument, Filler]]) -> Proposal:
        notes = [f"{role} by {argument.how}" for role, (argument, _) in chosen.items() if argument.how]
        score = frame.confidence if "recipient" in chosen else frame.without_recipient
        if frame.predicate == "transfers" and _is_to_maker({role: argument for role, (argument, _) in chosen.items()}):
            score = min(score, _TO_MAKER)
            notes.append("recipient makes the weapon")
        return Proposal(
            predicate=frame.predicate,
            subject=chosen["subject"][0].span,
            object=chosen["object"][0].span,
            recipient=chosen["recipient"][0].span if "recipient" in chosen else None,
            trigger=trigger,
            extractor=EXTRACTOR,
            score=score,
            frame=frame.id,
            construction={role: filler.construction for role, (_, filler) in chosen.items()},
            path={role: filler.path for role, (_, filler) in chosen.items()},
            notes=notes,
        )


def _is_to_maker(chosen: dict[str, Argument]) -> bool:
    """Whether the recipient, and not the supplier, is of a country that makes the weapon."""
    supplier, item, recipient = (
        countries_of(*chosen[role].id.split(":", 1)) if role in chosen else frozenset[str]()
        for role in ("subject", "object", "recipient")
    )
    return bool(item & recipient) and not item & supplier
