"""What the tree says about a relation, as it is put together word by word."""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.tokens import Token

from entityrel.knowledge.cues import Governor, Judgement
from entityrel.schema import MODALITIES, Modality, Polarity

__all__ = ["DESIRED", "PLANNED", "POSSIBLE", "Verdict"]

PLANNED, POSSIBLE, DESIRED = (MODALITIES.index(name) for name in ("planned", "possible", "desired"))


@dataclass(slots=True)
class Verdict:
    """What the tree says about a relation.

    Attributes:
        predicate: The relation's predicate.
        negated: Whether it is negated.
        rank: Its modality as an index into `MODALITIES`.
        hypothetical: Whether it stands in a bare condition or question, and so is not stated at all.
        cues: Token spans of the words that decided, each with its effect.
        negations: How often it was turned round.
        local: Whether all cues stand beside the trigger itself.
        short: Whether the sentence is so short that its parse, and so the rules, can be trusted.
        steps: The way outwards, as "link:class" or "link:lemma" (features of the model that corrects the rules).
    """

    predicate: str = ""
    negated: bool = False
    rank: int = 0
    hypothetical: bool = False
    cues: list[tuple[int, int, str]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    negations: int = 0
    local: bool = True
    short: bool = False
    _if_negated: Judgement | None = None
    _class: str = ""
    _settled: int = 0
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
        self.negations += 1
        if self._if_negated:
            self.negated = self._if_negated.polarity == "negated"
            self.rank = MODALITIES.index(self._if_negated.modality)
            self._if_negated = None
        else:
            self.negated = not self.negated
        self.rank = max(self.rank, self._settled)  # "has not turned down the offer": it is open still
        self._settled = 0
        self._note(token, effect)

    def raise_to(self, rank: int, token: Token | None = None) -> None:
        """Take a modality, unless a later one holds already."""
        self._note(token, MODALITIES[rank])
        self.rank = max(self.rank, rank)

    def govern(self, name: str, governor: Governor, token: Token, settles: bool = False) -> None:
        """Apply a governing word; ``settles`` if it may settle what the last left open ("turned down the offer")."""
        if governor.predicates and self.predicate not in governor.predicates:
            return
        if governor.polarity == "negate":
            self.negate(token, name)
        elif governor.modality != "actual":
            self._note(token, name)
        if settles and governor.settles and (not self._class or self._class in governor.settles):
            self._settled, self.rank = self.rank, 0
        self.rank = max(self.rank, MODALITIES.index(governor.modality))
        self._if_negated = governor.negated
        self._class = name

    def _note(self, token: Token | None, effect: str) -> None:
        if token is not None:
            self.cues.append((token.i, token.i + 1, effect))
