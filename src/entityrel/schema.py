"""The records that entityrel reads and writes: SCHEMA.md, section 4, as frozen pydantic models.

One invariant holds for every record: offsets are half-open character positions in ``Article.text``, and
``text[mention.start:mention.end] == mention.text``. Gold annotations, predictions and the snapshots of tests
are all `AnnotatedArticle`.

Three fields are additions to SCHEMA.md, and are left out of the JSON when they are unset, so that a gold record
reads and writes exactly as SCHEMA.md has it: ``Mention.name`` (the canonical name), ``Relation.provenance``
(who found it and why) and ``Article.meta`` (the input's own further fields, passed through).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from entityrel.errors import RecordError

__all__ = [
    "MODALITIES",
    "POLARITIES",
    "AnnotatedArticle",
    "Article",
    "Cue",
    "Mention",
    "Modality",
    "Polarity",
    "Provenance",
    "Record",
    "Relation",
    "Span",
]

Polarity = Literal["affirmed", "negated"]
Modality = Literal["actual", "planned", "possible", "desired"]
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)
#: In SCHEMA.md's order: if two fit, the later one wins.
MODALITIES: tuple[Modality, ...] = get_args(Modality)
_SURROGATES = re.compile("[\ud800-\udfff]")
_ISO_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:[T ]\S.*)?)?)?")


class Record(BaseModel):
    """A frozen record without unknown fields; those named in ``additions`` are not written when unset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_serializer(mode="wrap")
    def _write(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = handler(self)
        for name, field in type(self).model_fields.items():
            extra = field.json_schema_extra
            if isinstance(extra, dict) and extra.get("addition") and data.get(name) in (None, {}, [], ()):
                data.pop(name, None)
        return data


def _addition(default: Any = None, **kwargs: Any) -> Any:
    """A field that SCHEMA.md does not have; it is written only when it is set."""
    return Field(default=default, json_schema_extra={"addition": True}, **kwargs)


class Span(Record):
    """A half-open range of characters of the article's text."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        return self


class Mention(Span):
    """A span of text that names an entity. Two mentions of one article with the same id are the same entity."""

    text: str
    label: str
    id: str
    name: str | None = _addition()

    def __str__(self) -> str:
        """The canonical name of the entity where it is known, else the text of the mention."""
        return self.name or self.text


class Cue(Span):
    """A word or phrase of the text that decided a polarity or a modality ("denied", "may")."""

    text: str
    effect: str


class Provenance(Record):
    """Which extractors found a relation, and why.

    Attributes:
        extractors: Names of the extractors that proposed it, sorted ("classifier", "ruler").
        trigger: The word or words that state the relation, if there is one.
        frame: Id of the frame that matched ("transfers.supply"), for a relation of the ruler.
        construction: Name of the construction by which each role was found, by role.
        path: The dependency path of each role, by role.
        scores: The score that each extractor gave, between 0 and 1, by extractor.
        cues: The words that decided polarity and modality.
        attribution: The chain of named speakers, the outermost first; the last one is ``Relation.source``.
        attribution_cue: The words that attribute the statement ("said", "according to").
        quantity_value: The amount as a number, where it could be read.
        quantity_unit: Its unit, if it is not a count of pieces ("USD", "tonnes").
        quantity_bound: "about", "at least" or "at most", where the text says so.
        date_text: The words from which ``Relation.date`` was resolved.
        notes: Anything else worth knowing (a resolved pronoun, text that looks like boilerplate).
    """

    extractors: tuple[str, ...] = ()
    trigger: Cue | None = _addition()
    frame: str | None = _addition()
    construction: Mapping[str, str] = _addition({})
    path: Mapping[str, str] = _addition({})
    scores: Mapping[str, float] = _addition({})
    cues: tuple[Cue, ...] = _addition(())
    attribution: tuple[Mention, ...] = _addition(())
    attribution_cue: Cue | None = _addition()
    quantity_value: float | None = _addition()
    quantity_unit: str | None = _addition()
    quantity_bound: str | None = _addition()
    date_text: str | None = _addition()
    notes: tuple[str, ...] = _addition(())


class Relation(Record):
    """A statement of the text: ``(subject, predicate, object → recipient)`` with its attributes.

    ``str(relation)`` is the short reading with canonical names; ``repr`` is exact.

    Example:
        >>> iran = Mention(start=0, end=6, text="Tehran", label="COUNTRY", id="IRN", name="Iran")
        >>> drones = Mention(start=12, end=18, text="drones", label="WEAPON", id="drone")
        >>> relation = Relation(
        ...     predicate="transfers", subject=iran, object=drones, evidence=Span(start=0, end=19)
        ... )
        >>> print(relation)
        (Iran, transfers, drones)
    """

    predicate: str
    subject: Mention
    object: Mention
    recipient: Mention | None = None
    polarity: Polarity = "affirmed"
    modality: Modality = "actual"
    source: Mention | None = None
    quantity: str | None = None
    date: str | None = None
    evidence: Span
    confidence: float | None = _addition(ge=0, le=1)
    provenance: Provenance | None = _addition()

    @property
    def id(self) -> str:
        """A hash of what is stated and where (16 hexadecimal digits); confidence and provenance are not in it.

        It is unique within an article; a graph puts the article's id before it.
        """

        def key(mention: Mention | None) -> tuple[int, int, str, str] | None:
            return None if mention is None else (mention.start, mention.end, mention.label, mention.id)

        content = (
            self.predicate, key(self.subject), key(self.object), key(self.recipient), self.polarity,
            self.modality, key(self.source), self.quantity, self.date, self.evidence.start, self.evidence.end,
        )  # fmt: skip
        return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()[:16]

    @property
    def is_fact(self) -> bool:
        """Whether the text states it as affirmed and actual."""
        return self.polarity == "affirmed" and self.modality == "actual"

    def mentions(self) -> Iterator[tuple[str, Mention]]:
        """The role and the mention of every argument that is there, and of the source."""
        for role in ("subject", "object", "recipient", "source"):
            mention: Mention | None = getattr(self, role)
            if mention is not None:
                yield role, mention

    def explain(self) -> str:
        """Why the relation was extracted, in a few lines for a reader.

        Returns:
            The short reading, then a line each for the extractors with their scores, the trigger, frame and
            construction, and the cues and the attribution; or a note that the record has no provenance.
        """
        lines = [f"{self} [{self.polarity}, {self.modality}]"]
        why = self.provenance
        if why is None:
            return "\n".join([*lines, "no provenance is recorded (a gold record, or one of another tool)"])
        lines += [f"found by {name}, score {why.scores.get(name, 1.0):.2f}" for name in why.extractors]
        if why.trigger:
            frame = f" of frame {why.frame}" if why.frame else ""
            lines.append(f"trigger {why.trigger.text!r}{frame} at {why.trigger.start}")
        lines += [
            f"{role}: {construction} ({why.path.get(role, '')})" for role, construction in why.construction.items()
        ]
        lines += [f"{cue.effect} by {cue.text!r} at {cue.start}" for cue in why.cues]
        if why.attribution:
            lines.append("according to " + " → ".join(map(str, why.attribution)))
        lines += why.notes
        return "\n".join(lines)

    def __str__(self) -> str:
        recipient = f" → {self.recipient}" if self.recipient else ""
        return f"({self.subject}, {self.predicate}, {self.object}{recipient})"


class Article(Record):
    """A news article as it was given. Only the text is needed.

    Attributes:
        id: The user's id; without one, a hash of the text, so that the same text gets the same id.
        date: Date of publication, ISO 8601; relative dates in the text are resolved against it. Another form is kept
            as it is, resolves nothing, and stands in ``meta`` as ``unread_date``.
        meta: Further fields of the input, passed through untouched.
    """

    id: str = ""
    date: str | None = None
    title: str | None = None
    url: str | None = None
    text: str
    meta: Mapping[str, JsonValue] = _addition({})

    @model_validator(mode="before")
    @classmethod
    def _default_id(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("text"), str) and data.get("id") in (None, ""):
            digest = hashlib.sha256(data["text"].encode("utf-8", "surrogatepass")).hexdigest()[:12]
            return {**data, "id": f"text-{digest}"}
        return data

    @model_validator(mode="before")
    @classmethod
    def _report_date(cls, data: Any) -> Any:
        # Feeds have dates of all forms: a text is not refused for its date, but its user can see why "last week" of it
        # has none.
        if (
            isinstance(data, Mapping)
            and isinstance(date := data.get("date"), str)
            and isinstance(meta := data.get("meta") or {}, Mapping)
            and date
            and not _ISO_DATE.fullmatch(date)
        ):
            return {**data, "meta": {**meta, "unread_date": date}}
        return data

    @model_validator(mode="before")
    @classmethod
    def _replace_surrogates(cls, data: Any) -> Any:
        # A lone surrogate is no character: neither spaCy nor UTF-8 can hold it. U+FFFD has the same length,
        # so every offset stays, and the count in `meta` says that it was done.
        if isinstance(data, Mapping) and isinstance(data.get("text"), str):
            text, count = _SURROGATES.subn("\N{REPLACEMENT CHARACTER}", data["text"])
            if count:
                return {
                    **data,
                    "text": text,
                    "meta": {**(data.get("meta") or {}), "replaced_surrogates": count},
                }
        return data

    @classmethod
    def parse(cls, data: str | Mapping[str, Any] | Article) -> Article:
        """An article of a text, of an article, or of a mapping with at least ``text``.

        Fields that SCHEMA.md does not name go to ``meta``; an integer ``id`` becomes a string; ``entities`` and
        ``relations`` of an annotated record are left behind.

        Raises:
            RecordError: If ``data`` is none of these, or one of its fields has a wrong type.

        Example:
            >>> Article.parse({"id": 7, "text": "Tanks rolled.", "outlet": "Wire"}).meta
            {'outlet': 'Wire'}
        """
        if isinstance(data, Article):
            return data
        if isinstance(data, str):
            return cls(text=data)
        if not isinstance(data, Mapping):
            raise RecordError(f"an article is a str, a mapping with 'text', or an Article, not {type(data).__name__}")
        fields = {name: data[name] for name in ("id", "date", "title", "url", "text") if name in data}
        if isinstance(fields.get("id"), int):
            fields["id"] = str(fields["id"])
        known = {*cls.model_fields, "entities", "relations"}
        meta = {str(name): value for name, value in data.items() if name not in known}
        if isinstance(data.get("meta"), Mapping):
            meta = {**data["meta"], **meta}
        try:
            return cls(**fields, meta=meta)
        except ValidationError as error:
            raise RecordError(f"article {fields.get('id', '?')!r}: {_reasons(error)}") from error


class AnnotatedArticle(Article):
    """An article with its mentions and relations (SCHEMA.md, section 4), checked against its text."""

    entities: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        for position, mention in enumerate(self.entities):
            self._check(mention, f"entities[{position}]")
        for position, relation in enumerate(self.relations):
            for role, mention in relation.mentions():
                self._check(mention, f"relations[{position}].{role}")
            if relation.evidence.end > len(self.text):
                raise ValueError(f"relations[{position}].evidence ends after the text")
        return self

    def _check(self, mention: Mention, where: str) -> None:
        found = self.text[mention.start : mention.end]
        if found != mention.text:
            raise ValueError(
                f"{where}: text[{mention.start}:{mention.end}] is {found!r}, but the mention says {mention.text!r}"
            )

    @classmethod
    def from_json(cls, line: str | bytes) -> AnnotatedArticle:
        """Read one line of JSON Lines.

        Raises:
            RecordError: If the line is not JSON or breaks SCHEMA.md; the message names the fields.
        """
        try:
            return cls.model_validate_json(line)
        except ValidationError as error:
            raise RecordError(_reasons(error)) from error

    def to_json(self) -> str:
        """The record as one line of JSON, without a line end; lone surrogates are escaped."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False).encode("utf-8", "backslashreplace").decode()

    def evidence(self, relation: Relation) -> str:
        """The sentence or sentences that state a relation of this article."""
        return self.text[relation.evidence.start : relation.evidence.end]

    def _repr_html_(self) -> str:
        """The text with coloured mentions and a table of the statements, for Jupyter."""
        # A record knows how to show itself only in a notebook; the view layer is not needed for anything else.
        from entityrel.view.article import article_html  # noqa: PLC0415

        html: str = article_html(self)
        return html


def _reasons(error: ValidationError) -> str:
    """The complaints of pydantic in one line, each with the field's path."""
    return "; ".join(
        ".".join(map(str, item["loc"])) + ": " + item["msg"] if item["loc"] else item["msg"] for item in error.errors()
    )
