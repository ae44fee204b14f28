"""What an article is about, told by its words: arms and force, states, or neither."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import cache

from entityrel.knowledge.files import Strict, read_yaml

__all__ = ["Settings", "load_settings"]

#: In fewer words than these nothing need be said of what they are about.
_SHORT = 60
#: How many hints a text of up to 100, 200 and more words needs.
_HINTS = (2, 3, 4)


class Settings(Strict):
    """The contents of ``gazetteer/settings.yaml``."""

    arms: frozenset[str]
    phrases: tuple[str, ...]
    hints: frozenset[str]
    states: frozenset[str]

    def may_tell_of_arms(self, text: str, words: AbstractSet[str], length: int) -> bool:
        """Whether a text may tell of arms, force or war; one that is too short to say may.

        Args:
            text: The text.
            words: Its words in lower case.
            length: How many words it has.

        Example:
            >>> recipe = "grease the mould, melt the chocolate and fill the bomb with sorbet".split()
            >>> [load_settings().may_tell_of_arms(" ".join(t), set(t), len(t)) for t in (recipe, recipe * 9)]
            [True, False]
        """
        if length < _SHORT or not self.arms.isdisjoint(words):
            return True
        needed = _HINTS[min(length // 100, len(_HINTS) - 1)]
        if len(words & (self.hints | self.states)) >= needed:
            return True
        lower = text.lower()
        return any(phrase in lower for phrase in self.phrases)

    def may_tell_of_states(self, text: str, words: AbstractSet[str], length: int) -> bool:
        """Whether a text may tell of what states and governments do; arguments as of `may_tell_of_arms`."""
        return not self.states.isdisjoint(words) or self.may_tell_of_arms(text, words, length)


@cache
def load_settings() -> Settings:
    """The packaged words, read once a process."""
    return read_yaml("gazetteer/settings.yaml", Settings)
