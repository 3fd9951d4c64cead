"""Letters, icons and shapes at one scale, each drawn once and kept."""

import re
from collections.abc import Callable, Hashable
from typing import TypeVar

import pygame

from livesketch.places import assets_dir
from livesketch.ui import shapes
from livesketch.ui.catalogue import has_han
from livesketch.ui.theme import BODY, TEXT, Colour

T = TypeVar("T")
_WORDS = re.compile(r"\s*(?:[\u2e80-\uffff]|[^\s\u2e80-\uffff]+)\s*")
_MOST_KEPT = 300  # texts change with every number shown: those not used for longest are forgotten


class Kit:
    """Everything a widget needs to draw itself, for one scale (real pixels per unit)."""

    def __init__(self, scale: float, words: Callable[[str], str] = str) -> None:
        self.scale = scale
        self.words = words  # an English sentence in the person's language
        self._kept: dict[Hashable, pygame.Surface | tuple[pygame.Surface, ...]] = {}
        self._found: dict[Hashable, object] = {}
        self._fonts: dict[tuple[int, bool, bool], pygame.font.Font] = {}
        pygame.font.init()

    def px(self, units: float) -> int:
        """Units as whole real pixels."""
        return round(units * self.scale)

    def font(
        self, size: float, is_bold: bool = False, is_chinese: bool = False
    ) -> pygame.font.Font:
        key = (max(6, self.px(size)), is_bold, is_chinese)
        if key not in self._fonts:
            name = "NotoSans-Bold.ttf" if is_bold else "NotoSans-Regular.ttf"
            name = "NotoSansSC-Regular.otf" if is_chinese else name
            self._fonts[key] = pygame.font.Font(assets_dir() / "fonts" / name, key[0])
        return self._fonts[key]

    def text(
        self, words: str, size: float = BODY, colour: Colour = TEXT, is_bold: bool = False
    ) -> pygame.Surface:
        words = self.words(words.replace("\x00", "").replace("\n", " "))
        return self._keep(
            ("text", words, size, colour, is_bold),
            lambda: self.font(size, is_bold, has_han(words)).render(words, True, colour),
        )

    def width(self, words: str, size: float = BODY, is_bold: bool = False) -> int:
        words = self.words(words.replace("\x00", ""))
        return self.font(size, is_bold, has_han(words)).size(words)[0]

    def fitted(
        self,
        words: str,
        width: int,
        size: float = BODY,
        colour: Colour = TEXT,
        is_bold: bool = False,
    ) -> pygame.Surface:
        """The words, cut with "…" where they would be wider than `width` pixels."""
        words = self.words(words)
        if self.width(words, size, is_bold) <= width:
            return self.text(words, size, colour, is_bold)
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(words[:middle].rstrip() + "…", size, is_bold) <= width:
                low = middle
            else:
                high = middle - 1
        return self.text(words[:low].rstrip() + "…" if low else "", size, colour, is_bold)

    def lines(self, words: str, width: int, size: float = BODY) -> list[str]:
        """The words broken between words, Chinese anywhere, so that no line is wider than `width` pixels."""
        lines: list[str] = []
        line = ""
        for word in _WORDS.findall(self.words(words)):
            longer = f"{line}{word}" if line else word.lstrip()
            if line and self.width(longer.rstrip(), size) > width:
                lines.append(line.rstrip())
                line = word.lstrip()
            else:
                line = longer
        return [*lines, line.rstrip()] if line.strip() else lines

    def icon(self, name: str, size: float, colour: Colour) -> pygame.Surface:
        def draw() -> pygame.Surface:
            side = self.px(size)
            path = assets_dir() / "icons" / f"{name}.svg"
            picture = pygame.image.load_sized_svg(path, (side, side))
            picture.fill((*colour, 255), special_flags=pygame.BLEND_RGBA_MULT)
            return picture

        return self._keep(("icon", name, size, colour), draw)

    def disc(self, diameter: float, colour: Colour) -> pygame.Surface:
        return self._keep(
            ("disc", diameter, colour), lambda: shapes.disc(max(2, self.px(diameter)), colour)
        )

    def ring(self, diameter_px: float, thickness_px: float, colour: Colour) -> pygame.Surface:
        diameter_px = round(diameter_px * 2) / 2
        return self._keep(
            ("ring", diameter_px, thickness_px, colour),
            lambda: shapes.ring(diameter_px, thickness_px, colour),
        )

    def ellipse(self, width: int, height: int, line: float, colour: Colour) -> pygame.Surface:
        """An outline; sizes in pixels."""
        return self._keep(
            ("ellipse", width, height, line, colour),
            lambda: shapes.ellipse_line(width, height, line, colour),
        )

    def rounded(
        self, surface: pygame.Surface, rect: pygame.Rect, radius: float, colour: Colour
    ) -> None:
        """Fill `rect` with round corners of `radius` units."""
        r = min(self.px(radius), rect.width // 2, rect.height // 2)
        if r < 1:
            surface.fill(colour, rect)
            return
        surface.fill(colour, rect.inflate(-2 * r, 0))
        surface.fill(colour, (rect.x, rect.y + r, r, rect.height - 2 * r))
        surface.fill(colour, (rect.right - r, rect.y + r, r, rect.height - 2 * r))
        self._blit_corners(surface, rect, r, colour, is_inside=True)

    def round_off(
        self, surface: pygame.Surface, rect: pygame.Rect, radius: float, around: Colour
    ) -> None:
        """Make the corners of what is drawn in `rect` round by painting what lies around over them."""
        r = min(self.px(radius), rect.width // 2, rect.height // 2)
        if r >= 1:
            self._blit_corners(surface, rect, r, around, is_inside=False)

    def _blit_corners(
        self, surface: pygame.Surface, rect: pygame.Rect, r: int, colour: Colour, is_inside: bool
    ) -> None:
        key = ("corners", r, colour, is_inside)
        four = self._kept.pop(key, None) or shapes.corners(r, colour, is_inside)
        self._kept[key] = four
        assert isinstance(four, tuple)
        surface.blit(four[0], rect.topleft)
        surface.blit(four[1], (rect.right - r, rect.y))
        surface.blit(four[2], (rect.x, rect.bottom - r))
        surface.blit(four[3], (rect.right - r, rect.bottom - r))

    def once(self, key: Hashable, find: Callable[[], T]) -> T:
        """What `find` found the first time: for what takes long and depends on the key alone."""
        if key not in self._found:
            self._found.clear()  # one at a time is looked at
            self._found[key] = find()
        return self._found[key]  # type: ignore[return-value]

    def _keep(self, key: Hashable, draw: Callable[[], pygame.Surface]) -> pygame.Surface:
        kept = self._kept.pop(key, None) or draw()
        self._kept[key] = kept  # the last of them
        while len(self._kept) > _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        assert isinstance(kept, pygame.Surface)
        return kept
