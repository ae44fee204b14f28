"""Make the base pipeline: the stock tagger, parser and lemmatiser with small word vectors.

The vectors of en_core_web_md (20,000 rows of 300) reach its recogniser only through one linear
map to the tower's width W (96 x 300). So V W' (96 columns) loses nothing for that tower; a few
principal components of what the map throws away are put beside it for the fine-tuning.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
from sources import READERS, find_pipeline, load_parts
from spacy.language import Language
from spacy.vectors import Vectors
from thinc.api import Model

from entityrel.pipeline.tokens import split_names


def static_vectors_weight(tower: Model) -> np.ndarray:
    """Return the weight of the linear map that the tower puts on the static vectors."""
    (node,) = [node for node in tower.walk() if node.name == "static_vectors"]
    return np.asarray(node.get_param("W"))


def shrink(vectors: np.ndarray, weight: np.ndarray, extra: int) -> np.ndarray:
    """Return (rows, width + extra) float32: what the map keeps, then what it loses, by variance."""
    kept = vectors @ weight.T
    basis, _ = np.linalg.qr(weight.T)
    rest = vectors - (vectors @ basis) @ basis.T
    _, _, axes = np.linalg.svd(rest - rest.mean(axis=0), full_matrices=False)
    lost = rest @ axes[:extra].T
    lost *= kept.std() / max(float(lost.std()), 1e-8)
    return np.hstack([kept, lost]).astype("float32")


def is_useful(nlp: Language, word: str) -> bool:
    """Say whether the tokenizer can give a word as one token, and it is no number that its shape tells as well."""
    if word.isalpha():
        return True
    if len(word) > 4 and not any(sign.isalpha() for sign in word):
        return False
    return len(nlp.make_doc(word)) == 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--stock", default="en_core_web_sm", help="pipeline with tagger, parser, lemmatiser")
    parser.add_argument("--vectors", default="en_core_web_md", help="pipeline with vectors and a NER that reads them")
    parser.add_argument("--extra", type=int, default=32, help="columns beside those that the tower reads")
    args = parser.parse_args()

    warnings.filterwarnings("ignore", message=r"\[W113\]|\[W095\]")
    nlp = load_parts(find_pipeline(args.stock), *READERS)
    if tuple(nlp.pipe_names) != READERS:
        raise SystemExit(f"{args.stock}: has {nlp.pipe_names}, but {READERS} are needed, in this order")
    rich = load_parts(find_pipeline(args.vectors), "ner")
    weight = static_vectors_weight(rich.get_pipe("ner").model.get_ref("tok2vec"))
    small = shrink(np.asarray(rich.vocab.vectors.data), weight, args.extra)
    table = Vectors(data=small, name="entityrel.vectors")
    for key, row in rich.vocab.vectors.key2row.items():
        # a pipeline that was made by this script knows the spelling of few keys, but all are useful
        if key not in rich.vocab.strings or is_useful(rich, rich.vocab.strings[key]):
            table.add(key, row=row)
    nlp.vocab.vectors = table
    split_names(nlp)
    args.output.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(args.output)
    print(f"{args.output}: {small.shape[0]} vectors of {small.shape[1]} for {len(table.key2row)} words")


if __name__ == "__main__":
    main()
