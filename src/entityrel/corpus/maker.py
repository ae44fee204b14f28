"""What a result depends on besides its article: the versions of the library, the pipeline and the knowledge."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from spacy.language import Language
from spacy.util import get_package_path, is_package

from entityrel.corpus.annotate import Named, Pipeline
from entityrel.errors import PipelineError
from entityrel.knowledge.files import data_version
from entityrel.pipeline.build import PIPELINES, pipeline_path

__all__ = ["maker"]


def maker(nlp: Pipeline = None) -> dict[str, str]:
    """Versions and fingerprints, by name; any change of them can change annotations.

    Raises:
        PipelineError: If there is no pipeline of that name or path.
    """
    made_by = {
        "entityrel": version("entityrel"),
        "knowledge": data_version(),
        "pipeline": _fingerprint(nlp),
        "spacy": version("spacy"),
    }
    if isinstance(nlp, Named) and nlp.gazetteer is not None:
        made_by["gazetteer"] = hashlib.sha256(nlp.gazetteer.read_bytes()).hexdigest()[:12]
    return made_by


def _fingerprint(nlp: Pipeline) -> str:
    if isinstance(nlp, Language):
        name = f"{nlp.lang}_{nlp.meta['name']}"
        digest = hashlib.sha256(nlp.config.to_str().encode() + nlp.to_bytes())
    else:
        folder = _folder(nlp.name if isinstance(nlp, Named) else str(nlp or "sm"))
        name = folder.name
        digest = hashlib.sha256()
        for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
            with file.open("rb") as handle:
                digest.update(hashlib.file_digest(handle, "sha256").digest())
    return f"{name} {digest.hexdigest()[:12]}"


def _folder(name: str) -> Path:
    full = PIPELINES.get(name, name)
    if (shipped := pipeline_path(full)) is not None:
        return shipped
    if Path(full).is_dir():
        return Path(full)
    if is_package(full):
        return get_package_path(full)
    raise PipelineError(f"no pipeline {name!r}: it is neither one of {', '.join(PIPELINES)}, nor a folder or a package")
