"""Feature networks for measuring: not shipped, read from a folder that the user names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar
from zipfile import BadZipFile

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from livesketch.errors import ModelError
from livesketch.evaluation.inception import INCEPTION_FILE, Inception
from livesketch.evaluation.landmarks import Landmarks, centre_of_eye
from livesketch.frames import Picture
from livesketch.models.networks.mobilefacenet import (
    HEIGHT,
    PLACES,
    WIDTH,
    MobileFaceNet,
    Weights,
    folded,
)

APPEARANCE_FILE = "mobilenetv2_035.npz"
IDENTITY_FILE = "mobilefacenet.npz"
REAL_FACES_FILE = "real_faces.npz"

Array = NDArray[np.float64]
Network = TypeVar("Network")


@dataclass(frozen=True, eq=False)
class RealFaces:
    """Appearance features of faces that nobody trains on: mean (D,), covariance (D, D), of n faces."""

    n: int
    mean: Array
    covariance: Array


@dataclass(frozen=True, eq=False)
class Layer:
    """A convolution with its batch norm folded in, and what comes after it."""

    kernel: Tensor  # (out, in / groups, k, k)
    bias: Tensor
    stride: int = 1
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)  # left, right, top, bottom
    groups: int = 1
    ceiling: float | None = None  # ReLU up to here

    def __call__(self, x: Tensor) -> Tensor:
        if any(self.padding):
            x = F.pad(x, self.padding)
        x = F.conv2d(x, self.kernel, self.bias, self.stride, groups=self.groups)
        return x if self.ceiling is None else x.clamp(0, self.ceiling)


Block = tuple[Layer, ...]


class Appearance:
    """What a picture looks like: ImageNet's MobileNetV2 at width 0.35 (Sandler 2018), 1280 numbers.

    The global average of the last convolution, at 224 x 224; weights with Keras' names and layout.
    """

    name = "MobileNetV2 0.35"
    width = 1280
    _halving = frozenset({1, 3, 6, 13})

    def __init__(self, weights: Weights) -> None:
        def layer(conv: str, norm: str, stride: int = 1, ceiling: float | None = 6.0) -> Layer:
            if f"{conv}.depthwise_kernel" in weights:
                kernel, groups = weights[f"{conv}.depthwise_kernel"].transpose(2, 3, 0, 1), -1
            else:
                kernel, groups = weights[f"{conv}.kernel"].transpose(3, 2, 0, 1), 1
            names = ("gamma", "beta", "moving_mean", "moving_variance")
            kernel, bias = folded(kernel, [weights[f"{norm}.{name}"] for name in names], 1e-3)
            padding = (0, 0, 0, 0)
            if kernel.shape[-1] == 3:
                padding = (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1)
            groups = len(kernel) if groups == -1 else 1
            return Layer(kernel, bias, stride, padding, groups, ceiling)

        def block(name: str, stride: int) -> Block:
            deep = layer(f"{name}_depthwise", f"{name}_depthwise_BN", stride)
            thin = layer(f"{name}_project", f"{name}_project_BN", ceiling=None)
            if f"{name}_expand.kernel" not in weights:
                return deep, thin
            return layer(f"{name}_expand", f"{name}_expand_BN"), deep, thin

        self._first = layer("Conv1", "bn_Conv1", 2)
        self._blocks = [block("expanded_conv", 1)]
        self._blocks += [block(f"block_{i}", 2 if i in self._halving else 1) for i in range(1, 17)]
        self._last = layer("Conv_1", "Conv_1_bn")

    @torch.inference_mode()
    def of(self, pictures: Sequence[Picture]) -> Array:
        """Pictures (H, W, 3) of any size -> (N, 1280)."""
        parts = [self._batch(pictures[k : k + 32]) for k in range(0, len(pictures), 32)]
        return np.concatenate(parts) if parts else np.zeros((0, self.width))

    def _batch(self, pictures: Sequence[Picture]) -> Array:
        x = _planes([_square(picture, 224) for picture in pictures]) / 127.5 - 1
        x = _through(self._blocks, self._first(x))
        return self._last(x).mean((2, 3)).double().numpy()


class Identity:
    """Who a face is, 128 numbers of length one; distance = 1 - cosine."""

    name = "MobileFaceNet"

    def __init__(self, weights: Weights) -> None:
        self._network = MobileFaceNet(weights)

    @torch.inference_mode()
    def of(self, picture: Picture, landmarks: Landmarks) -> NDArray[np.float32]:
        """A square picture and its landmarks (478, 2) in units of its side -> (128,)."""
        x = (_planes([self._aligned(picture, landmarks)]) - 127.5) / 128
        return self._network(x)[0].numpy()

    def _aligned(self, picture: Picture, landmarks: Landmarks) -> Picture:
        eyes = centre_of_eye(landmarks, 0), centre_of_eye(landmarks, 1)
        seen = np.stack([*eyes, landmarks[1], landmarks[61], landmarks[291]]) * picture.shape[0]
        # Least median of squares: of a turned head's nose it does not believe the place.
        turn, _ = cv2.estimateAffinePartial2D(seen.astype(np.float32), PLACES, method=cv2.LMEDS)
        if turn is None:  # all points in one spot
            turn = np.eye(2, 3)
        return np.asarray(cv2.warpAffine(picture, turn, (WIDTH, HEIGHT)), np.uint8)


class Space(Protocol):
    """Pictures as points: near means alike."""

    name: str

    def of(self, pictures: Sequence[Picture]) -> Array: ...


@dataclass(frozen=True, eq=False)
class Features:
    """What was found in the folders; None: that figure is not measured."""

    appearance: Appearance | None = None
    identity: Identity | None = None
    real: RealFaces | None = None
    inception: Inception | None = None

    @property
    def spaces(self) -> tuple[Space, ...]:
        """In which sets of pictures can be compared."""
        return tuple(space for space in (self.appearance, self.inception) if space is not None)


def load_features(folders: Sequence[Path]) -> Features:
    """The feature networks and the statistics of real faces that lie in `folders`.

    `real_faces.npz` may also lie in a folder `metrics` beside a folder or up to two above it.
    Raises ModelError where a folder is missing, holds none of them, or a file is not what its
    name says.
    """
    for folder in folders:
        if not folder.is_dir():
            raise ModelError(
                f"There is no folder {folder}.",
                f"--features takes the folder with {APPEARANCE_FILE} and {IDENTITY_FILE}.",
            )
    around = [*folders]
    for folder in folders:
        around += [above / "metrics" for above in list(folder.resolve().parents)[:3]]
    appearance, identity = _path(folders, APPEARANCE_FILE), _path(folders, IDENTITY_FILE)
    real, inception = _path(around, REAL_FACES_FILE), _path(folders, INCEPTION_FILE)
    if folders and appearance is None and identity is None and inception is None:
        raise ModelError(
            f"There are no feature networks in {folders[0]}.",
            f"They are called {APPEARANCE_FILE} and {IDENTITY_FILE}.",
        )
    return Features(
        None if appearance is None else _made(Appearance, Appearance.name, appearance),
        None if identity is None else _made(Identity, Identity.name, identity),
        None if real is None else _real_faces(real),
        None if inception is None else Inception(inception),
    )


def _path(folders: Sequence[Path], name: str) -> Path | None:
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _arrays(path: Path) -> dict[str, NDArray[np.float32]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: np.asarray(file[name], np.float32) for name in file.files}
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise ModelError(f"{path} cannot be read as arrays.", "Fetch the file again.") from error


def _made(network: Callable[[Weights], Network], name: str, path: Path) -> Network:
    try:
        return network(_arrays(path))
    except (KeyError, ValueError, IndexError, RuntimeError) as error:
        raise ModelError(
            f"{path.name} does not hold the weights of {name}.", "Fetch the file again."
        ) from error


def _real_faces(path: Path) -> RealFaces:
    arrays = _arrays(path)
    mean, covariance = arrays.get("mean"), arrays.get("cov")
    if mean is None or covariance is None or covariance.shape != (mean.size, mean.size):
        raise ModelError(f"{path.name} holds no mean and covariance.", "Fetch the file again.")
    n = int(arrays["n"]) if "n" in arrays else 0
    return RealFaces(n, mean.astype(np.float64), covariance.astype(np.float64))


def _through(blocks: Sequence[Block], x: Tensor) -> Tensor:
    """Residual wherever a block keeps the shape."""
    for block in blocks:
        y = x
        for layer in block:
            y = layer(y)
        x = x + y if y.shape == x.shape else y
    return x


def _planes(pictures: Sequence[Picture]) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float().contiguous()


def _square(picture: Picture, side: int) -> Picture:
    how = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=how), np.uint8)
