"""What a picture goes through until it is lines: find, smooth, cut out, turn and bend, draw, draw over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Frame, Over, Picture, Place, Settings, Sketch, Traced
from livesketch.parameters import parameter
from livesketch.post.calm import PictureSmoother
from livesketch.post.smoothing import LandmarkSmoother

if TYPE_CHECKING:
    from livesketch.tracing.face import Face, FaceFinder
    from livesketch.tracing.pose import Pose
    from livesketch.tracing.rest import Rest

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
    is_outlined: bool = False  # the silhouette was looked for
    traced: tuple[tuple[object, ...], Traced] | None = None  # settings it was shaped with


class Tracer:
    """Pictures to sketches (size, size): one finder follows live faces, another looks at stills."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._finders: dict[bool, FaceFinder] = {}
        self._calm = LandmarkSmoother()
        self._calm_picture = PictureSmoother()
        self._rest: Rest | None = None  # of the person who is followed
        self._seen: _Seen | None = None
        self.is_cut = False  # the newest picture shows somebody else than the one before
        self._lines: tuple[Traced, Sketch] | None = None  # the last ones, and of what

    def trace(
        self,
        frame: Frame,
        picture: Picture,
        settings: Settings,
        steps: Steps,
        over: tuple[Over, ...] = (),
        taken: tuple[Place, ...] = (),
    ) -> tuple[Sketch, Traced] | None:
        """None where there is no face but in the places that are taken by others. A step whose input
        did not change is not done again."""
        seen = self._found(frame, picture, settings, steps, taken)
        if seen.face is None:
            return None
        smoothing = float(setting(settings, "smoothing"))
        if not seen.is_outlined:
            with timed(steps, "crop"):
                square = self._cut_out(seen, seen.face, smoothing)
                seen.silhouette = self._outline_of(seen, square, smoothing)
                seen.is_outlined = True
        traced = self._shaped(seen, settings, steps)
        sketch = self._drawn(traced, steps)
        if over:
            from livesketch.tracing.lines import LINE  # see _finder
            from livesketch.tracing.over import drawn_over

            with timed(steps, "over"):
                unit = traced.landmarks / np.float32(self._size)
                sketch = drawn_over(sketch, over, unit, LINE)
        return sketch, traced

    def framed(
        self, frame: Frame, picture: Picture, settings: Settings, steps: Steps
    ) -> Picture | None:
        """The face of a picture as a square (size, size, 3), calmed where it is live; None: no face."""
        seen = self._found(frame, picture, settings, steps)
        if seen.face is None:
            return None
        with timed(steps, "crop"):
            return self._cut_out(seen, seen.face, float(setting(settings, "smoothing")))

    def _found(
        self,
        frame: Frame,
        picture: Picture,
        settings: Settings,
        steps: Steps,
        taken: tuple[Place, ...] = (),
    ) -> _Seen:
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
                self._rest = None
            with timed(steps, "find"):
                seen = self._look_at(frame, picture, is_mirrored, person, settings, taken)
            self._seen = seen
        return seen

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
        self._seen = self._rest = None

    def _look_at(
        self,
        frame: Frame,
        picture: Picture,
        is_mirrored: bool,
        person: int,
        settings: Settings,
        taken: tuple[Place, ...],
    ) -> _Seen:
        if is_mirrored:
            picture = np.asarray(cv2.flip(picture, 1), np.uint8)
        finder = self._finder(is_still=not frame.is_live)
        face = finder.find(picture, person, taken)
        if face is not None and frame.is_live:
            strength = float(setting(settings, "smoothing"))
            calm = self._calm.smoothed(face.landmarks, frame.time, strength)
            self.is_cut = self._rest is None or (strength > 0 and self._calm.is_new)
            if self._rest is None or self.is_cut:
                from livesketch.tracing.rest import Rest  # see _finder

                self._rest = Rest(finder)
            face = replace(face, landmarks=self._rest.points.held(calm, _size(calm), strength))
        return _Seen(frame, is_mirrored, person, picture, face)

    def _cut_out(self, seen: _Seen, face: Face, smoothing: float) -> Picture:
        """The square around the face; its landmarks go with it."""
        from livesketch.tracing.framing import crop, in_place  # see _finder

        if seen.crop is not None:
            return seen.crop
        square = crop(seen.picture, face.place, self._size)
        if seen.frame.is_live:
            square = self._calm_picture.smoothed(square, seen.frame.time, smoothing)
            if self._rest is not None and smoothing > 0:
                square = self._rest.square.held(square)
        seen.crop, seen.landmarks = square, in_place(face.landmarks, face.place, self._size)
        return square

    def _outline_of(
        self, seen: _Seen, square: Picture, smoothing: float
    ) -> NDArray[np.float32] | None:
        if self._rest is None or not seen.frame.is_live:
            return self._finder(is_still=not seen.frame.is_live).silhouette(square)
        if smoothing <= 0:
            self._rest.outline.reset()
        return self._rest.outline.at(square, seen.frame.time)

    def _shaped(self, seen: _Seen, settings: Settings, steps: Steps) -> Traced:
        """Turned to the front and livelier, as far as that is asked for."""
        from livesketch.tracing import hairline, shape  # see _finder

        style = (str(setting(settings, "line_style")), float(setting(settings, "line_detail")))
        turned = float(setting(settings, "face_me"))
        gain = float(setting(settings, "expression"))
        smoothing = float(setting(settings, "smoothing"))
        asked = (*style, turned, gain)
        if seen.traced is not None and seen.traced[0] == asked:
            return seen.traced[1]
        assert seen.crop is not None
        assert seen.landmarks is not None
        assert seen.face is not None
        square, person, before = seen.crop, seen.silhouette, seen.landmarks
        points, aside = before, shape.turned_by(before)
        rest = self._rest if seen.frame.is_live else None
        if rest is not None:  # a face at rest is learnt whether or not it is asked for
            points = rest.neutral.expressed(points, seen.frame.time, gain)
        if turned > 0:
            points = shape.reframed(shape.frontal(points, turned), self._size)
        if points is not before:
            if rest is not None:
                points = rest.shaped.held(points, _size(points), smoothing)
            with timed(steps, "shape"):
                square = shape.bent(square, before, points)
                if turned * aside > SEEN_FROM_ASIDE:
                    person = None  # the outline of another side of the head
                person = None if person is None else shape.bent(person, before, points)
        has_hair = style[0] in HAIRED
        is_busy = rest is not None and not rest.outline.has_time and smoothing > 0
        if has_hair and is_busy and rest is not None and rest.hair is not None:
            hair = rest.hair.line  # looked for in turns with the outline
        else:
            hair = hairline.hairline(square, points, person) if has_hair else None
            if has_hair and rest is not None:
                rest.hair = rest.hair or hairline.Steady()
                hair = rest.hair.settled(hair, seen.frame.time)
        place = seen.face.place
        traced = Traced(seen.picture, place, square, points, person, hair, *style, aside)
        seen.traced = (asked, traced)
        return traced

    def _drawn(self, traced: Traced, steps: Steps) -> Sketch:
        from livesketch.tracing.lines import draw, is_drawn_alike  # see _finder

        if self._lines is None or not is_drawn_alike(traced, self._lines[0]):
            with timed(steps, "lines"):
                sketch = draw(
                    traced.square,
                    traced.landmarks,
                    traced.silhouette,
                    traced.style,
                    traced.detail,
                    lambda *_: traced.hairline,
                )
            self._lines = (traced, sketch)
        return self._lines[1]

    def _finder(self, is_still: bool) -> FaceFinder:
        if is_still not in self._finders:
            # MediaPipe takes seconds to import, and who only draws never needs it
            from livesketch.tracing.face import FaceFinder

            self._finders[is_still] = FaceFinder(is_still=is_still)
        return self._finders[is_still]


def _size(landmarks: NDArray[np.float32]) -> float:
    """Of a face, in the landmarks' unit."""
    return max(float(np.ptp(landmarks[:, 0])), float(np.ptp(landmarks[:, 1])), 1e-6)


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


def pose_of(traced: Traced) -> Pose:
    """How far its eyes and its mouth are open, and how far it is turned away."""
    from livesketch.tracing import pose  # see Tracer._finder

    return pose.pose_of(traced.landmarks)


def moved(
    points: NDArray[np.float64], over: Over, landmarks: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Where points (n, 2) of a line that was drawn over a face are, now that it has moved."""
    from livesketch.tracing import over as sticking  # see Tracer._finder

    return sticking.moved(points, over, landmarks)


def setting(settings: Settings, name: str) -> float | bool | str:
    return settings.get(name, parameter(name).default)
