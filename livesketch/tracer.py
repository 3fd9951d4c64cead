"""What a picture goes through until it is lines: find, smooth, cut out, turn and bend, draw, draw over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Frame, Over, Picture, Settings, Sketch, Traced
from livesketch.parameters import parameter
from livesketch.post.calm import PictureSmoother
from livesketch.post.smoothing import LandmarkSmoother

if TYPE_CHECKING:
    from livesketch.tracing.face import Face, FaceFinder
    from livesketch.tracing.hairline import Steady
    from livesketch.tracing.shape import Neutral

Steps = dict[str, float]  # step -> milliseconds

HAIRED = ("contour", "artist")  # line styles that draw where the hair begins
SEEN_FROM_ASIDE = 15.0  # degrees that a head is turned before it is drawn


@contextmanager
def timed(steps: Steps, step: str) -> Iterator[None]:
    start = time.monotonic()
    try:
        yield
    finally:
        steps[step] = 1000 * (time.monotonic() - start)


@dataclass(eq=False)
class _Seen:
    """What was found in one frame; each part is made once."""

    frame: Frame
    is_mirrored: bool
    person: int
    picture: Picture
    face: Face | None
    crop: Picture | None = None
    landmarks: NDArray[np.float32] | None = None  # in pixels of the crop
    silhouette: NDArray[np.float32] | None = None
    traced: tuple[tuple[object, ...], Traced] | None = None  # settings it was shaped with
    lines: tuple[Traced, Sketch] | None = None  # what they were drawn of


class Tracer:
    """Pictures to sketches (size, size): one finder follows live faces, another looks at stills."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._finders: dict[bool, FaceFinder] = {}
        self._calm = LandmarkSmoother()
        self._calm_picture = PictureSmoother()
        self._neutral: Neutral | None = None
        self._hair: Steady | None = None
        self._seen: _Seen | None = None

    def trace(
        self,
        frame: Frame,
        picture: Picture,
        settings: Settings,
        steps: Steps,
        over: tuple[Over, ...] = (),
    ) -> tuple[Sketch, Traced] | None:
        """None where there is no face. A step whose input did not change is not done again."""
        is_mirrored = frame.is_live and bool(setting(settings, "mirror"))
        person = int(float(setting(settings, "person")))
        seen = self._seen
        if (
            seen is None
            or seen.frame is not frame
            or (seen.is_mirrored, seen.person) != (is_mirrored, person)
        ):
            if seen is not None and (seen.is_mirrored, seen.person) != (is_mirrored, person):
                self._calm.reset()
                self._calm_picture.reset()
                self._neutral = self._hair = None
            with timed(steps, "find"):
                seen = self._look_at(frame, picture, is_mirrored, person, settings)
            self._seen = seen
        if seen.face is None:
            return None
        if seen.crop is None or seen.landmarks is None:
            with timed(steps, "crop"):
                self._cut_out(seen, seen.face, float(setting(settings, "smoothing")))
        traced = self._shaped(seen, settings, steps)
        sketch = self._drawn(seen, traced, steps)
        if over:
            from livesketch.tracing.lines import LINE  # see _finder
            from livesketch.tracing.over import drawn_over

            with timed(steps, "over"):
                unit = traced.landmarks / np.float32(self._size)
                sketch = drawn_over(sketch, over, unit, LINE)
        return sketch, traced

    def person(self, traced: Traced, is_live: bool) -> NDArray[np.float32] | None:
        """Who is in the whole picture: float32 (H, W), 0 behind .. 1 person; None: not to be had."""
        return self._finder(is_still=not is_live).silhouette(traced.picture)

    def face_square(self, picture: Picture, size: int) -> Picture | None:
        """The face of a still picture, framed and levelled, (size, size, 3)."""
        from livesketch.tracing.framing import crop  # see _finder

        face = self._finder(is_still=True).find(picture)
        return None if face is None else crop(picture, face.place, size)

    def close(self) -> None:
        for finder in self._finders.values():
            finder.close()
        self._finders.clear()
        self._seen = None

    def _look_at(
        self, frame: Frame, picture: Picture, is_mirrored: bool, person: int, settings: Settings
    ) -> _Seen:
        if is_mirrored:
            picture = np.ascontiguousarray(picture[:, ::-1])
        face = self._finder(is_still=not frame.is_live).find(picture, person)
        if face is not None and frame.is_live:
            strength = float(setting(settings, "smoothing"))
            calm = self._calm.smoothed(face.landmarks, frame.time, strength)
            face = replace(face, landmarks=calm)
        return _Seen(frame, is_mirrored, person, picture, face)

    def _cut_out(self, seen: _Seen, face: Face, smoothing: float) -> None:
        from livesketch.tracing.framing import crop, in_place  # see _finder

        seen.crop = crop(seen.picture, face.place, self._size)
        if seen.frame.is_live:
            seen.crop = self._calm_picture.smoothed(seen.crop, seen.frame.time, smoothing)
        seen.landmarks = in_place(face.landmarks, face.place, self._size)
        finder = self._finder(is_still=not seen.frame.is_live)
        seen.silhouette = finder.silhouette(seen.crop)

    def _shaped(self, seen: _Seen, settings: Settings, steps: Steps) -> Traced:
        """Turned to the front and livelier, as far as that is asked for."""
        from livesketch.tracing import hairline, shape  # see _finder

        style = (str(setting(settings, "line_style")), float(setting(settings, "line_detail")))
        turned = float(setting(settings, "face_me"))
        gain = float(setting(settings, "expression"))
        asked = (*style, turned, gain)
        if seen.traced is not None and seen.traced[0] == asked:
            return seen.traced[1]
        assert seen.crop is not None
        assert seen.landmarks is not None
        assert seen.face is not None
        square, person, before = seen.crop, seen.silhouette, seen.landmarks
        points = before
        if seen.frame.is_live:  # a face at rest is learnt whether or not it is asked for
            if self._neutral is None:
                self._neutral = shape.Neutral()
            points = self._neutral.expressed(points, seen.frame.time, gain)
        if turned > 0:
            points = shape.reframed(shape.frontal(points, turned), self._size)
        if points is not before:
            with timed(steps, "shape"):
                square = shape.bent(square, before, points)
                if turned * shape.turned_by(before) > SEEN_FROM_ASIDE:
                    person = None  # the outline of another side of the head
                person = None if person is None else shape.bent(person, before, points)
        has_hair = style[0] in HAIRED
        hair = hairline.hairline(square, points, person) if has_hair else None
        if has_hair and seen.frame.is_live:
            self._hair = self._hair or hairline.Steady()
            hair = self._hair.settled(hair, seen.frame.time)
        traced = Traced(seen.picture, seen.face.place, square, points, person, hair, *style)
        seen.traced = (asked, traced)
        return traced

    def _drawn(self, seen: _Seen, traced: Traced, steps: Steps) -> Sketch:
        from livesketch.tracing.lines import draw  # see _finder

        if seen.lines is None or seen.lines[0] is not traced:
            with timed(steps, "lines"):
                sketch = draw(
                    traced.square,
                    traced.landmarks,
                    traced.silhouette,
                    traced.style,
                    traced.detail,
                    lambda *_: traced.hairline,
                )
            seen.lines = (traced, sketch)
        return seen.lines[1]

    def _finder(self, is_still: bool) -> FaceFinder:
        if is_still not in self._finders:
            # MediaPipe takes seconds to import, and who only draws never needs it
            from livesketch.tracing.face import FaceFinder

            self._finders[is_still] = FaceFinder(is_still=is_still)
        return self._finders[is_still]


def strokes_of(traced: Traced) -> list[NDArray[np.float32]]:
    """What was drawn, as strokes (n, 2 or 3) of x, y and pressure in sides of the square."""
    from livesketch.tracing import lines  # see Tracer._finder

    return lines.strokes_of(
        traced.square,
        traced.landmarks,
        traced.silhouette,
        traced.style,
        traced.detail,
        lambda *_: traced.hairline,
    )


def moved(
    points: NDArray[np.float64], over: Over, landmarks: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Where points (n, 2) of a line that was drawn over a face are, now that it has moved."""
    from livesketch.tracing import over as sticking  # see Tracer._finder

    return sticking.moved(points, over, landmarks)


def setting(settings: Settings, name: str) -> float | bool | str:
    return settings.get(name, parameter(name).default)
