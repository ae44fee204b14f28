"""What the gazetteer component and the canonicaliser share: the gazetteer with users' own files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from entityrel.knowledge.gazetteer import Gazetteer, load_gazetteer

__all__ = ["ReadsGazetteer"]


class ReadsGazetteer:
    """A component that looks names up.

    Args:
        name: The component's name in the pipeline.
        paths: Users' own CSV files with the columns text, label, id[, name][, sense]; the same for all components.
    """

    def __init__(self, name: str, *, paths: Iterable[str | Path] = ()) -> None:
        self.name = name
        self.paths = [str(path) for path in paths]

    @property
    def gazetteer(self) -> Gazetteer:
        """The gazetteer with the user's own files; it is read once a process.

        Raises:
            KnowledgeError: If a file is wrong; the message names file and row.
        """
        return load_gazetteer(*self.paths)
