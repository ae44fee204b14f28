"""The exceptions that entityrel raises on purpose.

```
EntityrelError(Exception)
├── RecordError(ValueError)      a record of an article breaks SCHEMA.md: wrong offsets, labels, fields
├── MarkupError(ValueError)      an .ann file breaks the inline markup
├── KnowledgeError(ValueError)   a data file (frames, cues, gazetteer, ontology) is wrong: file, entry, field
├── PipelineError(RuntimeError)  a spaCy pipeline lacks a component, or cannot be found or loaded
└── ExportError(RuntimeError)    a written graph, read again, is not the graph that was to be written
```
"""

from __future__ import annotations

__all__ = ["EntityrelError", "ExportError", "KnowledgeError", "MarkupError", "PipelineError", "RecordError"]


class EntityrelError(Exception):
    """Base of all exceptions that entityrel raises on purpose."""


class RecordError(EntityrelError, ValueError):
    """A record of an article breaks SCHEMA.md; the message names the record, the field and the reason."""


class MarkupError(EntityrelError, ValueError):
    """A text in the inline markup is wrong; the message names the file and the line."""


class KnowledgeError(EntityrelError, ValueError):
    """A data file is wrong; the message names the file, the entry and the field."""


class PipelineError(EntityrelError, RuntimeError):
    """A spaCy pipeline lacks a component, or cannot be found or loaded; the message says what to do."""


class ExportError(EntityrelError, RuntimeError):
    """An exported graph differs from the graph in memory once it is read again; nothing is left behind."""
