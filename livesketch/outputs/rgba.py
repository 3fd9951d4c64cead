"""Pictures with a fourth, opaque channel, as graphics cards and NDI want them."""

import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture


def with_alpha(picture: Picture) -> NDArray[np.uint8]:
    """(H, W, 3) -> (H, W, 4), contiguous, the fourth channel 255."""
    rgba = np.empty((*picture.shape[:2], 4), np.uint8)
    rgba[..., :3] = picture
    rgba[..., 3] = 255
    return rgba
