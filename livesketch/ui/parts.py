"""Parts: what the window is made of, and the patchwork that redraws only those that changed."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pygame

from livesketch.controls.actions import Action
from livesketch.ui.theme import ROOM


@dataclass(frozen=True, slots=True)
class Touch:
    """A mouse button went down, moved while down, or came up: in real pixels, at time.monotonic()."""

    kind: Literal["down", "move", "up"]
    x: float
    y: float
    button: int  # 1 left, 2 middle, 3 right
    time: float
    held: frozenset[str] = frozenset()  # "shift", "ctrl", "alt"


Draw = Callable[[pygame.Surface], None]
Hear = Callable[[Touch], Sequence[Action]]


@dataclass(frozen=True, eq=False)
class Part:
    """A rectangle of the window. Parts later in the list lie on top.

    `draw` stays within `rect`; `state` holds all that decides its pixels: as long as name, rect and
    state are equal nothing is redrawn, except `changed` (rects of the window, for the paper).
    """

    name: str
    rect: pygame.Rect
    state: Hashable
    draw: Draw
    touch: Hear | None = None
    wheel: Callable[[float], Sequence[Action]] | None = None  # notches, up is positive
    tip: str = ""
    tip_key: str = ""
    changed: Sequence[pygame.Rect] = field(default=())

    @property
    def is_heard(self) -> bool:
        return self.touch is not None or self.wheel is not None or bool(self.tip)


def meaning(part: Part, meant: Callable[[Sequence[Action]], Sequence[Action]]) -> Part:
    """The same part, but what it is heard to say means other actions."""
    touch, wheel = part.touch, part.wheel
    return replace(
        part,
        touch=None if touch is None else lambda one: meant(touch(one)),
        wheel=None if wheel is None else lambda notches: meant(wheel(notches)),
    )


def button(act: Callable[[], Sequence[Action]]) -> Hear:
    """Acts as soon as the left button goes down: an instrument does not wait for the release."""

    def touch(touch: Touch) -> Sequence[Action]:
        return act() if touch.kind == "down" and touch.button == 1 else ()

    return touch


def at(parts: Iterable[Part], x: float, y: float) -> Part | None:
    """The topmost part there that listens or explains itself."""
    found = None
    for part in parts:
        if part.is_heard and part.rect.collidepoint(x, y):
            found = part
    return found


class Patchwork:
    """Remembers what lies on the screen and repaints the difference."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[tuple[int, ...], Hashable]] = {}

    def forget(self) -> None:
        """The surface is new or was damaged: everything is repainted next time."""
        self._shown = {}

    def paint(self, surface: pygame.Surface, parts: Sequence[Part]) -> list[pygame.Rect]:
        """Draw what changed since the last call; returns the rectangles that did."""
        whole = surface.get_rect()
        if not self._shown:
            dirty = [whole]
        else:
            dirty = _merged([rect.clip(whole) for rect in self._changes(parts)])
        for rect in dirty:
            surface.set_clip(rect)
            surface.fill(ROOM)
            for part in parts:
                if part.rect.colliderect(rect):
                    part.draw(surface)
        surface.set_clip(None)
        self._shown = {part.name: (tuple(part.rect), part.state) for part in parts}
        return dirty

    def _changes(self, parts: Sequence[Part]) -> list[pygame.Rect]:
        changes: list[pygame.Rect] = []
        names = set()
        for part in parts:
            names.add(part.name)
            shown = self._shown.get(part.name)
            if shown is None:
                changes.append(part.rect)
            elif shown != (tuple(part.rect), part.state):
                changes += [part.rect, pygame.Rect(*shown[0])]
            else:
                changes += part.changed
        changes += [pygame.Rect(*s[0]) for name, s in self._shown.items() if name not in names]
        return changes


def _merged(rects: list[pygame.Rect]) -> list[pygame.Rect]:
    """The same area, no two rectangles overlapping, so that nothing is painted twice."""
    todo = [rect for rect in rects if rect.width > 0 and rect.height > 0]
    done: list[pygame.Rect] = []
    while todo:
        rect = todo.pop()
        hit = rect.collidelist(done)
        if hit < 0:
            done.append(rect)
        elif not done[hit].contains(rect):
            todo.append(rect.union(done.pop(hit)))
    return done
