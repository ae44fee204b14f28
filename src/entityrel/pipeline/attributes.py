"""spaCy's attribute ruler with a memory: the same results, in a tenth of the time.

Nearly all its patterns look at one token. What they do to it depends on a few attributes, so it need be found only
once for each combination; patterns over several tokens are matched where their first token is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from spacy.language import Language
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc
from spacy.tokens._retokenize import set_token_attrs
from spacy.vocab import Vocab

__all__ = ["RememberingAttributeRuler", "make_attribute_ruler"]

#: What patterns may look at; with others the stock way is taken.
_ATTRIBUTES: list[int | str] = ["TAG", "DEP", "LOWER", "IS_SPACE"]
#: Combinations of attributes that are remembered; a long stream of texts forgets and learns anew.
_MOST = 16_384
#: What is done to a token by itself, and whether a longer pattern may begin there.
_Effect = tuple[dict[Any, Any], bool]


@Language.factory(
    "entityrel_attribute_ruler",
    default_config={"validate": False, "scorer": {"@scorers": "spacy.attribute_ruler_scorer.v1"}},
    default_score_weights={"pos_acc": 1.0, "morph_acc": 1.0, "morph_per_feat": None, "lemma_acc": 0.0},
)
def make_attribute_ruler(
    nlp: Language, name: str, validate: bool, scorer: Callable[..., Any] | None
) -> RememberingAttributeRuler:
    """Make the component; its settings and its files are those of spaCy's ``attribute_ruler``."""
    return RememberingAttributeRuler(nlp.vocab, name, validate=validate, scorer=scorer)


class RememberingAttributeRuler(AttributeRuler):
    """spaCy's `AttributeRuler`, which remembers what its patterns do to a token of given tag, relation and form."""

    _known: dict[tuple[int, ...], _Effect]
    _starts: Any
    _longest: int
    _simple: bool

    def __init__(self, vocab: Vocab, name: str = "attribute_ruler", **settings: Any) -> None:
        super().__init__(vocab, name, **settings)
        self._reset()

    def __call__(self, doc: Doc) -> Doc:
        """Set the attributes of the tokens of ``doc``."""
        if not self._simple:
            return super().__call__(doc)
        try:
            rows = doc.to_array(_ATTRIBUTES).tolist()
            effects = [self._effect(doc, i, key) for i, key in enumerate(map(tuple, rows))]
            # All patterns see the tokens as they were: match before anything is set.
            longer = [(window.start, self.match(window)) for window in self._windows(doc, effects)]
            for token, (attrs, _) in zip(doc, effects, strict=True):
                if attrs:
                    set_token_attrs(token, attrs)
            for first, matches in longer:
                for number, _, start, end in matches:
                    set_token_attrs(doc[first + start : first + end][self.indices[number]], self.attrs[number])
            return doc
        except Exception as error:  # as spaCy's components do: the pipeline decides what happens
            handled: Doc = self.get_error_handler()(self.name, self, [doc], error)
            return handled

    def clear(self) -> None:
        """Forget all patterns."""
        super().clear()
        self._reset()

    def add(self, patterns: Iterable[list[dict[int | str, Any]]], attrs: dict[Any, Any], index: int = 0) -> None:
        """Add patterns, as spaCy's does."""
        patterns = list(patterns)
        super().add(patterns, attrs, index)
        self._known.clear()
        for pattern in patterns:
            self._simple &= all({str(name).upper() for name in token} <= {*_ATTRIBUTES} for token in pattern)
            if len(pattern) > 1:
                self._longest = max(self._longest, len(pattern))
                self._starts.add(str(len(self._starts)), [pattern[:1]])

    def _reset(self) -> None:
        self._known = {}
        self._starts = Matcher(self.vocab)
        self._longest = 1
        self._simple = True

    def _effect(self, doc: Doc, i: int, key: tuple[int, ...]) -> _Effect:
        known = self._known.get(key)
        if known is None:
            token: Any = doc[i : i + 1]  # a Span, which spaCy's types do not foresee here
            attrs: dict[Any, Any] = {}
            for number, *_ in self.match(token):
                attrs.update(self.attrs[number])
            if len(self._known) >= _MOST:
                self._known.clear()
            begins = len(self._starts) > 0 and bool(self._starts(token, allow_missing=True))
            known = self._known[key] = attrs, begins
        return known

    def _windows(self, doc: Doc, effects: list[_Effect]) -> Iterator[Any]:
        """The Spans in which patterns over several tokens may match; they do not overlap."""
        start = end = 0
        for i, (_, begins) in enumerate(effects):
            if begins:
                if i >= end and end:
                    yield doc[start:end]
                start, end = start if i < end else i, min(i + self._longest, len(effects))
        if end:
            yield doc[start:end]
