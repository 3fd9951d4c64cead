"""What the window says, in the person's language: English is written in the program, others lie in assets/texts."""

import json
import locale
import re
from collections.abc import Mapping
from functools import lru_cache

from livesketch.places import assets_dir

LANGUAGES = ("auto", "en", "zh")
_SENTENCE_END = re.compile(r"(?<=[.…!?]) (?=\S)")


class Catalogue:
    """English sentences to those of another language; what is not in it stays English.

    A "{}" in a sentence stands for anything: names, numbers.
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language
        texts = {} if language == "en" else _texts(language)
        self._plain = {one: other for one, other in texts.items() if "{}" not in one}
        self._patterns = [
            (re.compile(_pattern(one), re.DOTALL), other)
            for one, other in sorted(texts.items(), key=_plainness)
            if "{}" in one
        ]
        self._known: dict[str, str] = {}

    def __call__(self, words: str) -> str:
        found = self._plain.get(words)
        if found is not None or not self._patterns:
            return found or words
        if words not in self._known:
            if len(self._known) > 500:  # figures change with every look
                self._known.clear()
            self._known[words] = self._fitted(words)
        return self._known[words]

    def _fitted(self, words: str) -> str:
        """Several sentences one by one, where all of them are known."""
        sentences = _SENTENCE_END.split(words)
        if len(sentences) > 1:
            others = [self(one) for one in sentences]
            if all(other != one for one, other in zip(sentences, others, strict=True)):
                return "".join(others)
        return self._filled(words)

    def _filled(self, words: str) -> str:
        for pattern, other in self._patterns:
            match = pattern.fullmatch(words)
            if match is not None:
                for part in match.groups():
                    other = other.replace("{}", self._plain.get(part, part), 1)
                return other
        return words


def language_of(choice: str) -> str:
    """ "en" or "zh", where "auto" is what the system speaks."""
    if choice != "auto":
        return choice if choice in LANGUAGES else "en"
    spoken = (locale.getlocale()[0] or "").lower()
    return "zh" if spoken.startswith(("zh", "chinese")) else "en"


def has_han(words: str) -> bool:
    """It needs a font with Chinese signs."""
    return any(sign >= "\u2e80" for sign in words)


@lru_cache(maxsize=4)
def _texts(language: str) -> Mapping[str, str]:
    path = assets_dir() / "texts" / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _pattern(sentence: str) -> str:
    return "(.+?)".join(re.escape(part) for part in sentence.split("{}"))


def _plainness(text: tuple[str, str]) -> int:
    """What says most itself is tried first: it leaves least to be anything."""
    return -len(text[0].replace("{}", ""))
