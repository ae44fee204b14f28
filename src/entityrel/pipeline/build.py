"""Making pipelines: the shipped ones, and entityrel's components on a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from entityrel.errors import PipelineError
from entityrel.knowledge import gazetteer as names
from entityrel.pipeline.tokens import split_names

__all__ = ["COMPONENTS", "PIPELINES", "add_pipes", "load", "pipeline_path"]

#: The components of the relation layer, in order. The gazetteer comes before the recogniser, if there is one.
COMPONENTS = (
    "entityrel_gazetteer",
    "entityrel_canonicalizer",
    "entityrel_resolver",
    "entityrel_ruler",
    "entityrel_classifier",
    "entityrel_merger",
    "entityrel_qualifier",
)
for _component in COMPONENTS:
    # Registers the factory, also where entityrel is on the path but not installed, so without entry points.
    import_module(f"entityrel.pipeline.{_component.removeprefix('entityrel_')}")
for _part in ("tower", "transformer_tower", "blas", "attributes"):  # what shipped pipelines are made of besides
    import_module(f"entityrel.pipeline.{_part}")

#: Short names of our own pipelines, and the packages that hold them.
PIPELINES: Mapping[str, str] = {"sm": "en_entityrel_sm", "trf": "en_entityrel_trf"}
#: What a pipeline with a transformer needs, and how to get it.
_TRANSFORMERS = (
    "en_entityrel_trf needs torch and spacy-transformers: pip install 'entityrel[transformers]' (on a machine without "
    "a GPU, first: pip install torch --index-url https://download.pytorch.org/whl/cpu)"
)
_TRF_WHEEL = (
    "en_entityrel_trf is not part of entityrel's own wheel: install its wheel, made from a checkout by "
    "`python -m spacy package models/en_entityrel_trf packages --build wheel`, or pass the path of the folder"
)
_NEEDED = {
    "a tagger (component 'tagger')": ("tagger", "morphologizer"),
    "a parser (component 'parser')": ("parser",),
    "a lemmatizer (component 'lemmatizer')": ("lemmatizer", "trainable_lemmatizer"),
}


def load(name: str | Path = "sm", *, gazetteer: str | Path | None = None) -> Language:
    """Load a pipeline that tags mentions and extracts relations.

    Args:
        name: "sm" (shipped, the default), "trf" (its recogniser has a transformer: better on unusual texts, slower;
            needs the extra ``transformers`` and its own wheel or a checkout), the name of an installed spaCy package,
            or a path. A pipeline without entityrel's components gets them by `add_pipes`.
        gazetteer: A CSV file of your own names, with the columns ``text``, ``label``, ``id`` (and ``name``,
            ``sense``); they win over the packaged ones.

    Returns:
        A spaCy `Language`; ``nlp(text)._.relations`` are the relations.

    Raises:
        PipelineError: If there is no such pipeline, or it lacks a component; the message says what to do.
        KnowledgeError: If the gazetteer file is wrong; the message names the file and the row.
    """
    nlp = _load_spacy(str(name))
    if not nlp.has_pipe("entityrel_merger"):
        add_pipes(nlp)
    if gazetteer is not None:
        names.load_gazetteer(str(gazetteer))  # a wrong file is reported now, not at the first text
        for pipe in ("entityrel_gazetteer", "entityrel_canonicalizer"):
            component: Any = nlp.get_pipe(pipe)
            component.paths = [*component.paths, str(gazetteer)]
            nlp._pipe_configs[pipe]["paths"] = component.paths  # so that a saved copy of the pipeline knows them too
    return nlp


def pipeline_path(name: str) -> Path | None:
    """The folder of a shipped pipeline: in the installed package, or in ``models/`` of a checkout."""
    package = Path(str(files("entityrel")))
    for folder in (package / "pipelines" / name, package.parents[1] / "models" / name):
        if (folder / "config.cfg").is_file():
            return folder
    return None


def _load_spacy(name: str) -> Language:
    full = PIPELINES.get(name, name)
    if full == PIPELINES["trf"] and find_spec("spacy_transformers") is None:
        raise PipelineError(f"no pipeline {name!r}: {_TRANSFORMERS}")
    try:
        path = pipeline_path(full)
        if full == PIPELINES["trf"] and path is None and find_spec(full) is None:
            raise PipelineError(f"no pipeline {name!r}: {_TRF_WHEEL}")
        return spacy.load(path if path is not None else full)
    except (OSError, ValueError) as error:  # spaCy and confection report a broken folder by ValueErrors
        advice = (
            f"use one of {', '.join(map(repr, PIPELINES))}, the path of a spaCy pipeline, or install a package, "
            "such as en_core_web_sm"
        )
        raise PipelineError(f"no pipeline {name!r}: {advice} ({error})") from error


def add_pipes(nlp: Language, *, weights: str | Path | None = None, **config: Mapping[str, Any]) -> Language:
    """Add entityrel's components to a spaCy pipeline, such as any stock English one.

    Args:
        nlp: A pipeline with a tagger, a parser and a lemmatizer. Its own ``ner``, if it has one, is kept, and its
            labels are mapped to ours (GPE and NORP to COUNTRY where they name one, …). An ``entityrel_gazetteer``
            that is there already is kept too. Its tokenizer learns to split "U.S.-built" and the like.
        weights: Folder with the weights of the relation classifier; those of the shipped pipeline by default.
        config: Settings of a component, by its name: ``entityrel_merger={"threshold": 0.7}``.

    Returns:
        The same ``nlp``.

    Raises:
        PipelineError: If a component is missing, or one of ours is there already; the message names it.
    """
    for what, pipes in _NEEDED.items():
        if not any(nlp.has_pipe(pipe) or _has_factory(nlp, pipe) for pipe in pipes):
            raise PipelineError(
                f"entityrel.add_pipes() needs {what}, but the pipeline has {', '.join(nlp.pipe_names) or 'nothing'}. "
                "Load a complete English pipeline, or use entityrel.load()."
            )
    if unknown := set(config) - set(COMPONENTS):
        raise PipelineError(f"no such component: {', '.join(sorted(unknown))}; there are {', '.join(COMPONENTS)}")
    first, *others = COMPONENTS
    for name in others:
        if nlp.has_pipe(name):
            raise PipelineError(f"the pipeline already has {name!r}; add_pipes() is for one without our components")
    if not nlp.has_pipe(first):
        place: dict[str, Any] = {"before": "ner"} if nlp.has_pipe("ner") else {}
        nlp.add_pipe(first, config=dict(config.get(first, {})), **place)
    for name in others:
        nlp.add_pipe(name, config=dict(config.get(name, {})))
    split_names(nlp)
    classifier: Any = nlp.get_pipe("entityrel_classifier")
    classifier.from_disk(weights if weights is not None else _shipped_weights())
    return nlp


def _shipped_weights() -> Path:
    path = pipeline_path(PIPELINES["sm"])
    if path is None or not (path / "entityrel_classifier").is_dir():
        raise PipelineError(
            f"the weights of the relation classifier are missing from {path or 'the installed package'}: "
            "reinstall entityrel, or pass weights="
        )
    return path / "entityrel_classifier"


def _has_factory(nlp: Language, factory: str) -> bool:
    return any(nlp.get_pipe_meta(name).factory == factory for name in nlp.pipe_names)
