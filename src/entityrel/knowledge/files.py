"""Reading the packaged data files: YAML by srsly into closed pydantic models, with errors that name the entry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import srsly
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from entityrel.errors import KnowledgeError

__all__ = ["DATA", "Strict", "check", "data_version", "listed", "read_yaml"]

#: The folder of the packaged data files.
DATA = Path(str(files("entityrel"))) / "data"


class Strict(BaseModel):
    """A closed, frozen model of an entry in a data file: a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=BaseModel)


def read_yaml(name: str | Path, model: type[Model]) -> Model:
    """Read a YAML file (packaged, by its name below ``data/``, or a user's own, by its path) into ``model``.

    srsly reads YAML 1.2, so that the country code NO stays a string.

    Raises:
        KnowledgeError: If the file cannot be read or an entry is wrong; the message names file, entry and field.
    """
    path = DATA / name
    try:
        data = srsly.read_yaml(path)  # type: ignore[attr-defined]  # srsly re-exports without __all__
    except (OSError, ValueError) as error:
        raise KnowledgeError(f"{path}: cannot be read as YAML: {error}") from error
    return check(data, model, str(name))


def check(data: Any, model: type[Model], where: str) -> Model:
    """Validate ``data`` as ``model``; ``where`` names the file (and entry) in the error.

    Raises:
        KnowledgeError: If a field is wrong, missing or unknown.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise KnowledgeError(f"{where}: {problems}") from error


def listed(separator: str) -> BeforeValidator:
    """Reads text with ``separator`` between its parts as a tuple of the parts; empty ones are left out."""

    def split(value: Any) -> Any:
        return tuple(p.strip() for p in value.split(separator) if p.strip()) if isinstance(value, str) else value

    return BeforeValidator(split)


def _data_files() -> Iterator[Path]:
    return (path for path in sorted(DATA.rglob("*")) if path.is_file() and path.suffix in {".yaml", ".csv"})


@cache
def data_version() -> str:
    """A hash (12 hexadecimal digits) of all packaged data files: it changes whenever the knowledge does."""
    digest = hashlib.sha256()
    for path in _data_files():
        digest.update(path.relative_to(DATA).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
