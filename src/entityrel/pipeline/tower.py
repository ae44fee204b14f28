"""What the recogniser's tower knows of a token before it looks at the neighbours.

`context_embed` adds to any embedding of spaCy's three things that the pipeline has computed anyway, so that they cost
next to nothing: the shared tower's reading of the sentence (``doc.tensor``), the gazetteer's candidates
(``doc.spans["entityrel_gazetteer"]``), and the mean of the article, which tells a war from a garden show. All three
start at zero: an embedding that was trained without them says at first what it said alone.

A Doc without tensor or candidates is read as well, only worse: absent features are zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Embed, Linear, Model, zero_init
from thinc.types import Floats2d, Ints1d

from entityrel.pipeline.state import GAZETTEER_SPANS, is_sure

__all__ = ["GAZETTEER_ROWS", "candidate_rows", "context_embed"]

#: In the order of the rows that the shipped recogniser was trained with.
LABELS = ("PERSON", "COUNTRY", "WEAPON", "ORG", "LOC")
#: Senses of a name that often mean something else: a capital, a surname, a class noun ("mine", "tank").
WEAK = frozenset({"capital", "surname", "class"})
_BITS = {label: 2 << i for i, label in enumerate(LABELS)}
_SURE, _WEAK = 2 << len(LABELS), 4 << len(LABELS)
#: One row for each set of labels, sure or not, weak or not; twice: at the first token of a candidate, and inside it.
GAZETTEER_ROWS = 2 * _WEAK

Output = list[Floats2d]
Backprop = Callable[[Output], list[Doc]]


@registry.architectures("entityrel.ContextEmbed.v1")  # type: ignore[untyped-decorator]
def context_embed(
    embed: Model[list[Doc], Output], width: int, tensor_width: int, gazetteer: bool, article: bool
) -> Model[list[Doc], Output]:
    """An embedding with the features of the module added.

    Args:
        embed: the embedding of single tokens, as `spacy.MultiHashEmbed.v2`.
        width: its number of columns.
        tensor_width: columns of ``doc.tensor``; 0 leaves it out.
        gazetteer: whether the gazetteer's candidates are read.
        article: whether the mean of the article is added to each of its tokens.
    """
    layers: list[Model[Any, Any]] = [embed]
    if tensor_width:
        layers.append(cast(Model[Any, Any], Linear(width, tensor_width, init_W=zero_init)))
    if gazetteer:
        layers.append(cast(Model[Any, Any], Embed(width, GAZETTEER_ROWS, initializer=zero_init)))
    if article:
        layers.append(cast(Model[Any, Any], Linear(width, width, init_W=zero_init)))
    return Model(
        "context_embed",
        _forward,
        init=_init,
        layers=layers,
        dims={"nO": width},
        attrs={"tensor_width": tensor_width, "gazetteer": gazetteer, "article": article},
    )


def candidate_rows(doc: Doc) -> Ints1d:
    """The row of the gazetteer's table for each token: what its candidates are, and where in them it stands.

    >>> import spacy
    >>> from spacy.tokens import Span
    >>> doc = spacy.blank("en")("a Kornet missile")
    >>> doc.spans["entityrel_gazetteer"] = [Span(doc, 1, 3, label="WEAPON", span_id="designation!")]
    >>> candidate_rows(doc).tolist()
    [0, 72, 73]
    """
    rows = np.zeros(len(doc), dtype="int32")
    for span in doc.spans.get(GAZETTEER_SPANS, ()):
        bits = _BITS.get(span.label_, 0)
        if bits:
            sense = span.id_
            bits |= _SURE if is_sure(span) else 0
            bits |= _WEAK if sense.rstrip("!") in WEAK else 0
            rows[span.start : span.end] |= bits
            rows[span.start + 1 : span.end] |= 1
    return cast(Ints1d, rows)


def _init(model: Model[Any, Any], X: list[Doc] | None = None, Y: Output | None = None) -> None:  # noqa: N803  thinc's names
    model.layers[0].initialize(X=X)
    for layer in model.layers[1:]:
        layer.initialize()


def _forward(model: Model[list[Doc], Output], docs: list[Doc], is_train: bool) -> tuple[Output, Backprop]:
    ops: Any = model.ops
    xp = ops.xp
    rest = iter(model.layers[1:])
    base, finish_base = model.layers[0](docs, is_train)
    lengths = [len(doc) for doc in docs]
    flat = xp.vstack(base)
    added: list[Callable[[Floats2d], object]] = []
    total = flat
    if model.attrs["tensor_width"]:
        tensors = ops.asarray2f(np.vstack([_tensor(doc, model.attrs["tensor_width"]) for doc in docs]))
        y, back = next(rest)(tensors, is_train)
        total = total + y
        added.append(back)
    if model.attrs["gazetteer"]:
        rows = ops.asarray1i(np.concatenate([candidate_rows(doc) for doc in docs]))
        y, back = next(rest)(rows, is_train)
        total = total + y
        added.append(back)
    finish_mean = None
    sizes = ops.asarray1i(lengths)
    if model.attrs["article"]:
        means = ops.reduce_mean(flat, sizes)
        y, finish_mean = next(rest)(means, is_train)
        total = total + xp.repeat(y, lengths, axis=0)

    def backprop(d_output: Output) -> list[Doc]:
        d_flat = xp.vstack(d_output)
        for back in added:
            back(d_flat)
        d_base = d_flat
        if finish_mean is not None:
            d_means = finish_mean(ops.reduce_sum(d_flat, sizes))
            d_base = d_base + ops.backprop_reduce_mean(d_means, sizes)
        return cast(list[Doc], finish_base(ops.unflatten(d_base, sizes, 0)))

    return ops.unflatten(total, sizes, 0), backprop


def _tensor(doc: Doc, width: int) -> Any:
    if doc.tensor.shape == (len(doc), width):
        return doc.tensor
    return np.zeros((len(doc), width), dtype="float32")
