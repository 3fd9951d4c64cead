"""From a Show to the one picture that an output sends: black, the last good one, or a new one."""

import numpy as np

from livesketch.frames import Picture, Show
from livesketch.post.layout import compose


class Painter:
    """Remembers the last picture: the same Show costs nothing, and a lost face changes nothing."""

    def __init__(self, size: tuple[int, int], layout: str = "") -> None:
        self._size = size
        self._layout = layout
        self._shown: tuple[object, ...] | None = None
        self._was_panic = False
        self._picture: Picture | None = None
        self._black = np.zeros((size[1], size[0], 3), np.uint8)
        self._black.setflags(write=False)

    def paint(self, show: Show) -> Picture:
        """(height, width, 3), not to be written to; the same object as long as nothing changed.

        While the Show is held, and where the model found no face, the last good picture stays. An
        empty paper is no failure: it empties the picture. Panic shows what it says, held or not.
        """
        if show.is_blackout:
            return self._black
        layout = self._layout or show.layout
        result = show.result
        is_lost = result is None or (result.face is None and not result.request.frame.is_empty)
        is_held = show.is_held and not show.is_panic and not self._was_panic
        wanted = (id(result), layout, show.mix if layout == "crossfade" else None)
        if self._picture is not None and (is_held or is_lost or self._shown == wanted):
            return self._picture
        face = None if result is None else result.face
        sketch = None if result is None else result.sketch
        self._picture = compose(face, sketch, layout, self._size, show.mix)
        self._picture.setflags(write=False)
        self._shown, self._was_panic = wanted, show.is_panic
        self._result = result  # as long as it is kept, no other result can have its id
        return self._picture
