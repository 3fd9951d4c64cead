"""The feature space that papers use, where a user has its file: Inception v3 as TorchScript."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from livesketch.errors import ModelError
from livesketch.frames import Picture

INCEPTION_FILE = "inception-2015-12-05.pt"
SIDE = 299


class Inception:
    """The network of the original Fréchet distance (Heusel 2017), 2048 numbers.

    The file is a program, not an array of numbers: it runs when it is opened. Only a folder that
    the user names is searched for it.
    """

    name = "Inception v3"

    def __init__(self, path: Path) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # the file is as it is
                self._network = torch.jit.load(str(path), map_location="cpu").eval()
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(f"{path.name} is not TorchScript.", "Fetch the file again.") from error

    @torch.inference_mode()
    def of(self, pictures: Sequence[Picture]) -> NDArray[np.float64]:
        """Pictures (H, W, 3) of any size -> (N, D)."""
        rows = []
        for picture in pictures:
            how = cv2.INTER_AREA if picture.shape[0] > SIDE else cv2.INTER_CUBIC
            sized = np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=how), np.uint8)
            x = torch.from_numpy(sized).permute(2, 0, 1)[None].contiguous()
            try:
                rows.append(self._network(x, return_features=True)[0].double().numpy())
            except (RuntimeError, TypeError) as error:
                raise ModelError(
                    f"{INCEPTION_FILE} gives no features.", "It takes (x, return_features=True)."
                ) from error
        return np.stack(rows)
