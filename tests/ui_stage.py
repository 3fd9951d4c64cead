"""A window without a screen, and a hand for it: mouse, keys and dropped files as pygame events."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pygame

from livesketch.controls.actions import Action, Pointer
from livesketch.frames import Picture
from livesketch.parameters import defaults
from livesketch.ui.parts import Part
from livesketch.ui.view import Choice, LookCard, View
from livesketch.ui.window import Window

BLUE = (20, 60, 200)  # the face of these tests


def flat(colour: tuple[int, int, int], side: int = 64) -> Picture:
    return np.full((side, side, 3), colour, np.uint8)


FACE = flat(BLUE)
LOOKS = tuple(LookCard(f"look {n}", flat((40 * n, 200, 10), 32)) for n in range(5))


class Hand:
    """One window and everything a person does to it. `turn` shows a view and returns what was asked for."""

    def __init__(self, size: tuple[int, int] = (1440, 810)) -> None:
        self.window = Window(size)
        self.facts: dict[str, object] = {}
        self.turn()
        self.turn()

    def view(self, **facts: object) -> View:
        side = self.window.paper_side
        paper = self.facts.get("paper")
        if not isinstance(paper, np.ndarray) or paper.shape[0] != side:
            self.facts["paper"] = flat((247, 245, 240), side)
        shown: dict[str, object] = {
            "is_empty": False,
            "face": FACE,
            "looks": LOOKS,
            "look_index": 1,
            "look_name": "look 1",
            "values": defaults(),
            "kind": "compact",
            "sources": (Choice("paper", "pen"), Choice("webcam", "camera")),
            "models": (Choice("default"), Choice("other")),
        }
        return View(**{**shown, **self.facts, **facts})  # type: ignore[arg-type]

    def turn(self, **facts: object) -> list[Action]:
        actions = self.window.events()
        for action in actions:
            if action.name in ("pen", "eraser"):
                self.facts["tool"] = action.name  # as the session does
        self.window.show(self.view(**facts))
        return actions

    def part(self, name: str) -> Part:
        return next(part for part in self.window._parts if part.name == name)

    def has(self, name: str) -> bool:
        return any(part.name == name for part in self.window._parts)

    def post(self, kind: int, **facts: Any) -> None:
        pygame.event.post(pygame.event.Event(kind, **facts))

    def move(self, x: float, y: float, buttons: tuple[int, int, int] = (0, 0, 0)) -> None:
        pos = (round(x), round(y))
        self.post(pygame.MOUSEMOTION, pos=pos, rel=(0, 0), buttons=buttons, touch=False)

    def down(self, x: float, y: float, button: int = 1) -> None:
        pos = (round(x), round(y))
        self.post(pygame.MOUSEBUTTONDOWN, pos=pos, button=button, touch=False)

    def up(self, x: float, y: float, button: int = 1) -> None:
        pos = (round(x), round(y))
        self.post(pygame.MOUSEBUTTONUP, pos=pos, button=button, touch=False)

    def drag(self, points: Iterable[tuple[float, float]], button: int = 1) -> None:
        points = list(points)
        held = (int(button == 1), int(button == 2), int(button == 3))
        self.down(*points[0], button)
        for point in points[1:]:
            self.move(*point, held)
        self.up(*points[-1], button)

    def click(self, name: str, button: int = 1) -> list[Action]:
        x, y = self.part(name).rect.center
        self.down(x, y, button)
        self.up(x, y, button)
        return self.turn()

    def key(self, key: int, mod: int = 0, sign: str = "", is_held: bool = False) -> list[Action]:
        self.post(pygame.KEYDOWN, key=key, mod=mod, unicode=sign, scancode=0)
        if not is_held:
            self.post(pygame.KEYUP, key=key, mod=mod, unicode=sign, scancode=0)
        return self.turn()

    def type(self, words: str) -> list[Action]:
        self.post(pygame.TEXTINPUT, text=words)
        return self.turn()

    def drop(self, path: Path) -> list[Action]:
        self.post(pygame.DROPFILE, file=str(path))
        return self.turn()

    def paper(self, x: float, y: float) -> tuple[float, float]:
        """Units of the paper's side to pixels of the window."""
        rect = self.window.layout.paper
        return rect.x + x * rect.width, rect.y + y * rect.height

    def colour(self, x: float, y: float) -> tuple[int, ...]:
        return tuple(int(c) for c in self.window.picture()[round(y), round(x)])


def pointers(actions: Iterable[Action]) -> list[Pointer]:
    return [action.value for action in actions if isinstance(action.value, Pointer)]


def names(actions: Iterable[Action]) -> list[str]:
    return [action.name for action in actions]
