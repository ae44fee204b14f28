"""Setting aside what is not English, by py3langid: the pipelines know no other language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from entityrel.corpus.items import Input, Rejected

__all__ = ["language", "only_english"]

#: Shorter texts are too short to tell, and pass.
MIN_CHARS = 100
#: Below this confidence (0 to 1, of py3langid) nothing is set aside.
MIN_CONFIDENCE = 0.5
#: Characters that are looked at; more add nothing.
_MAX_CHARS = 5000
#: py3langid takes headlines and datelines for Nigerian Pidgin.
_ENGLISH = {"en", "pcm"}


@cache
def _identifier() -> Any:
    # Its model takes a second to load.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language(text: str) -> tuple[str, float]:
    """The language of a text as an ISO 639-1 code, and the confidence, 0 to 1.

    Example:
        >>> language("Der Iran hat Russland Drohnen geliefert, sagte der Sprecher des Weißen Hauses.")[0]
        'de'
    """
    code, confidence = _identifier().classify(text[:_MAX_CHARS])
    return str(code), float(confidence)


def only_english(items: Iterable[Input | Rejected]) -> Iterator[Input | Rejected]:
    """Pass articles in English on; one in another language becomes a rejection that names the language."""
    for item in items:
        if isinstance(item, Input) and len(item.article.text) >= MIN_CHARS:
            code, confidence = language(item.article.text)
            if code not in _ENGLISH and confidence >= MIN_CONFIDENCE:
                reason = f"the language is {code}, not English (confidence {confidence:.2f})"
                yield Rejected(item.file, item.line, item.article.id, reason)
                continue
        yield item
