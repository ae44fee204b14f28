"""The ontology: labels, predicates and their signatures, read from ``data/ontology.yaml`` and validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

from pydantic import Field, model_validator

from entityrel.knowledge.files import Strict, read_yaml

__all__ = ["Label", "Ontology", "Predicate", "load_ontology"]


@dataclass(frozen=True, slots=True)
class Label:
    """An entity label: what it covers, and the colour in which views show it."""

    name: str
    covers: str
    colour: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate with the labels that each role allows; ``recipient`` is None where there is no such role."""

    name: str
    subject: frozenset[str]
    object: frozenset[str]
    recipient: frozenset[str] | None
    symmetric: bool
    covers: str

    def allows(self, subject: str, object_: str, recipient: str | None = None) -> bool:
        """Whether mentions with these labels may be its arguments."""
        if subject not in self.subject or object_ not in self.object:
            return False
        return recipient is None or (self.recipient is not None and recipient in self.recipient)


@dataclass(frozen=True, slots=True)
class Ontology:
    """All labels and predicates, by name."""

    version: int
    labels: Mapping[str, Label]
    predicates: Mapping[str, Predicate]


class _Label(Strict):
    colour: str = Field(pattern="^#[0-9a-f]{6}$")
    covers: str


class _Predicate(Strict):
    subject: str
    object: str
    recipient: str | None = None
    symmetric: bool = False
    covers: str


class _File(Strict):
    version: int
    labels: dict[str, _Label]
    groups: dict[str, list[str]]
    predicates: dict[str, _Predicate]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for name, labels in self.groups.items():
            if unknown := set(labels) - set(self.labels):
                raise ValueError(f"groups.{name}: no such label: {', '.join(sorted(unknown))}")
        for name, item in self.predicates.items():
            groups = {item.subject, item.object} | ({item.recipient} if item.recipient else set())
            if unknown := groups - set(self.groups):
                raise ValueError(f"predicates.{name}: no such group: {', '.join(sorted(unknown))}")
        return self


@cache
def load_ontology() -> Ontology:
    """The packaged ontology.

    Raises:
        KnowledgeError: If the file is wrong; the message names the entry and the field.

    Example:
        >>> load_ontology().predicates["transfers"].allows("COUNTRY", "WEAPON", "ORG")
        True
    """
    file = read_yaml("ontology.yaml", _File)
    groups = {name: frozenset(labels) for name, labels in file.groups.items()}
    return Ontology(
        version=file.version,
        labels={name: Label(name, item.covers, item.colour) for name, item in file.labels.items()},
        predicates={
            name: Predicate(
                name=name,
                subject=groups[item.subject],
                object=groups[item.object],
                recipient=groups[item.recipient] if item.recipient else None,
                symmetric=item.symmetric,
                covers=item.covers,
            )
            for name, item in file.predicates.items()
        },
    )
