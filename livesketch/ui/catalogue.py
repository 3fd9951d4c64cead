"""What the window says, in the person's language: English is written in the program, others lie in assets/texts."""

import json
import locale
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from livesketch.places import assets_dir

LANGUAGES = ("auto", "en", "zh")
ANYTHING, TOLD = "{}", "{…}"
_SENTENCE_END = re.compile(r"(?<=[.…!?]) (?=\S)")
_HOLE = re.compile(r"(\{…?\})")
_PLACE = re.compile(r"\{(?:(\d)|…?)\}")


class Catalogue:
    """English sentences to those of another language; what is not in it stays English.

    A "{}" in a sentence stands for anything: names, numbers. A "{…}" stands for words that are in
    the catalogue themselves: an error within a sentence. The other language takes them in the same
    order, or says which: "{0}", "{1}".
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language
        texts = {} if language == "en" else _texts(language)
        self._plain = {one: other for one, other in texts.items() if not _HOLE.search(one)}
        self._patterns = sorted(
            (_pattern(one, other) for one, other in texts.items() if _HOLE.search(one)),
            key=_order,
        )
        self._known: dict[str, str] = {}

    def __call__(self, words: str) -> str:
        found = self._plain.get(words)
        if found is not None or not self._patterns:
            return found or words
        if words not in self._known:
            if len(self._known) > 500:  # figures change with every look
                self._known.clear()
            self._known[words] = self._told(words) or words
        return self._known[words]

    def _told(self, words: str) -> str:
        """In the other language, or nothing."""
        return self._plain.get(words) or self._one_by_one(words) or self._filled(words)

    def _one_by_one(self, words: str) -> str:
        """Several sentences, where all of them are known."""
        sentences = _SENTENCE_END.split(words)
        if len(sentences) < 2:
            return ""
        others = [self._told(one) for one in sentences]
        return "".join(others) if all(others) else ""

    def _filled(self, words: str) -> str:
        for pattern in self._patterns:
            if pattern.longest not in words:
                continue
            match = pattern.english.fullmatch(words)
            if match is None:
                continue
            parts = [
                self._told(part) if hole == TOLD else self._plain.get(part, part)
                for hole, part in zip(pattern.holes, match.groups(), strict=True)
            ]
            if all(parts):
                return _put_in(parts, pattern.other)
        return ""


def language_of(choice: str) -> str:
    """ "en" or "zh", where "auto" is what the system speaks."""
    if choice != "auto":
        return choice if choice in LANGUAGES else "en"
    spoken = (locale.getlocale()[0] or "").lower()
    return "zh" if spoken.startswith(("zh", "chinese")) else "en"


def has_han(words: str) -> bool:
    """It needs a font with Chinese signs."""
    return any(sign >= "\u2e80" for sign in words)


@dataclass(frozen=True)
class _Pattern:
    english: re.Pattern[str]
    holes: tuple[str, ...]  # ANYTHING or TOLD
    pieces: tuple[str, ...]  # around them
    longest: str  # of the pieces: most words lack it, which is soon seen
    other: str


def _pattern(sentence: str, other: str) -> _Pattern:
    pieces, holes = _HOLE.split(sentence)[::2], tuple(_HOLE.findall(sentence))
    english = re.compile("(.+?)".join(map(re.escape, pieces)), re.DOTALL)
    return _Pattern(english, holes, tuple(pieces), max(pieces, key=len), other)


def _order(pattern: _Pattern) -> tuple[bool, int, int]:
    """What announces a sentence is tried before the sentence, which would take it for a name; else
    what says most itself, and of two alike what asks for more of its parts."""
    announces = bool(pattern.pieces[0]) and TOLD in pattern.holes
    return not announces, -sum(map(len, pattern.pieces)), pattern.holes.count(ANYTHING)


def _put_in(parts: list[str], other: str) -> str:
    following = iter(parts)
    return _PLACE.sub(lambda hole: parts[int(hole[1])] if hole[1] else next(following, ""), other)


@lru_cache(maxsize=4)
def _texts(language: str) -> Mapping[str, str]:
    path = assets_dir() / "texts" / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))
