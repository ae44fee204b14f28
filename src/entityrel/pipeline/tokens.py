"""Names that English tokenizers leave glued to what stands beside them: "U.S.-built", "a J-10C.", "/TASS/"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spacy.language import Language
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

__all__ = ["split_names"]

_PREFIXES = (r"/(?=[A-Z-]{2,}/)",)  # the agency in "/TASS/"
_SUFFIXES = (r"(?:(?<=\d[A-Z])|(?<=[a-z][A-Z])|(?<=[-&][A-Z]))\.",)  # a sentence that ends with "J-10C.", "MiG."
_INFIXES = (
    r"(?<=[A-Za-z]\.)[-–](?=[A-Za-z])",  # "U.S.-built"
    r"(?<=[A-Z]{3})/\.?$",
)


def split_names(nlp: Language) -> None:
    """Let the tokenizer of a pipeline split names off that stand in mentions; a second time changes nothing.

    Rules that are no regular expressions, but functions of the user's own, stay as they are.

    Example:
        >>> import spacy
        >>> nlp = spacy.blank("en")
        >>> split_names(nlp)
        >>> [token.text for token in nlp("The U.S.-built jet chased a J-10C.")]
        ['The', 'U.S.', '-', 'built', 'jet', 'chased', 'a', 'J-10C', '.']
    """
    tokenizer: Any = nlp.tokenizer
    if not hasattr(tokenizer, "infix_finditer"):  # another tokenizer than spaCy's own
        return
    for name, compiled, method, rules in (
        ("prefix_search", compile_prefix_regex, "search", _PREFIXES),
        ("suffix_search", compile_suffix_regex, "search", _SUFFIXES),
        ("infix_finditer", compile_infix_regex, "finditer", _INFIXES),
    ):
        present = getattr(tokenizer, name)
        known = _pattern(present)
        missing = [rule for rule in rules if rule not in known]
        if missing and (known or present is None):  # a function of the user's own stays
            setattr(tokenizer, name, getattr(compiled([*([known] if known else []), *missing]), method))


def _pattern(bound: Callable[..., Any] | None) -> str:
    """The pattern of a regular expression's method, as the tokenizer keeps them."""
    return str(getattr(getattr(bound, "__self__", None), "pattern", ""))
