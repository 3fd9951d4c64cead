"""A model that plays: opened by name or file, on a device and a runtime, from sketch to face."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from livesketch.errors import ModelError
from livesketch.frames import FACE_PARTS, Code, Look, Mask, Picture, Point, Settings, Sketch
from livesketch.models import runtime_module, torch_part, weights
from livesketch.models.blend import is_code
from livesketch.models.choice import open_chosen
from livesketch.models.kinship import relative
from livesketch.models.knobs import KNOBS, knobs_of
from livesketch.models.mixing import Mix, mix_of
from livesketch.models.people import people_of
from livesketch.models.pixels import (
    drawing_from,
    mask_from,
    one_hot_from,
    photo_for_reader,
    photo_for_style,
    picture_for_reader,
)
from livesketch.models.runtimes import Runtime
from livesketch.models.weights import ModelInfo
from livesketch.parameters import checked, parameter


def open_model(
    name: str = "default",
    device: str | None = None,
    runtime: str = "auto",
    threads: int | None = None,
) -> "Model":
    """A model by its name, or by the path of a .safetensors, or of a published .pt or .pkl.

    device: "cpu", "cuda", "cuda:1", "mps"; None: the best there is. runtime: "openvino", "torch",
    or "auto" for the faster one. threads: of the CPU; None: one core is left to a window. Raises ModelError.
    """
    path = weights.find(name)
    if weights.is_published(path):
        info, held = weights.read_published(path)
        if info.network not in W_PLUS:
            torch_runtime = runtime_module("torch")
            return Model(info, torch_runtime.open_held(held, path, device, runtime, threads))
        return _w_plus_model(info, torch_part("wplus").open_held(held, device, runtime, threads))
    info = weights.read(path)
    if info.network in W_PLUS:
        wplus = torch_part("wplus")
        return _w_plus_model(info, wplus.open_runtime(info.path, device, runtime, threads))
    if info.task not in READ_AS:
        raise ModelError(
            f"{info.path.name} is made for the task {info.task!r}, which this version does not play.",
            "See `livesketch models`.",
        )
    digest = weights.digest_of(info.path)
    people = people_of(info.path)
    if people is not None:  # what is kept for these weights goes with the people they borrow
        digest += weights.digest_of(people)
    model = Model(info, open_chosen(info.path, digest, info.network, device, runtime, threads))
    if info.network == "compact" and model.channels != CHANNELS[info.task]:
        raise ModelError(
            f"{info.path.name} does not read what the task {info.task!r} shows.",
            "It may be made by another version of livesketch.",
        )
    return model


def _w_plus_model(info: ModelInfo, road: Any) -> "Model":
    model = Model(info, road, road)
    if info.network == "psp" and model.channels != CHANNELS.get(info.task):
        raise ModelError(
            f"{info.path.name} takes {model.channels} channels, and a {info.task} has not so many.",
            "It may be made for other classes than FACE_PARTS.",
        )
    return model


# task -> how what is seen becomes what the network takes
READ_AS: dict[str, Callable[[Any, int], NDArray[np.float32]]] = {
    "sketch": drawing_from,
    "mask": mask_from,
    "lowres": picture_for_reader,
    "photo": picture_for_reader,
}
PSP_READ_AS = READ_AS | {
    "mask": one_hot_from,
    "lowres": photo_for_reader,
    "photo": photo_for_reader,
}
CHANNELS = {"sketch": 1, "mask": len(FACE_PARTS), "lowres": 3, "photo": 3}
BLENDING = ("compact",)  # the networks that make something of each of several people
W_PLUS = ("psp", "stylegan2")  # the networks that are steered by a w for every layer


class WPlus(Protocol):
    """The road of the networks that are steered by a w for every layer."""

    trouble: str  # a sentence for the person; whoever reads it empties it

    def quicken(self, timeout_s: float = 0.0) -> None: ...

    def encode(self, x: NDArray[np.float32]) -> NDArray[np.float32]: ...

    def generate(self, ws: NDArray[np.float32]) -> NDArray[np.float32]: ...

    def steered(
        self, x: NDArray[np.float32] | None, code: Code, mix: Mix
    ) -> NDArray[np.float32]: ...

    def latents_of(self, code: Code, truncation: float) -> NDArray[np.float32]: ...

    def painted(self, x: NDArray[np.float32] | None, code: Code, mix: Mix) -> Picture: ...

    def picture(self, ws: NDArray[np.float32]) -> Picture: ...

    def eager_ms(self, x: NDArray[np.float32] | None, ws: NDArray[np.float32]) -> float: ...

    def parts_ms(
        self, x: NDArray[np.float32] | None, ws: NDArray[np.float32]
    ) -> dict[str, float]: ...

    def limits(self) -> dict[str, float]: ...


class Model:
    """Sketch -> face. The same sketch, look and settings give the same pixels on one runtime.

    Used by one thread at a time. `side` says how large its faces are, `sketch_size` is the side of
    the drawing that the network looks at; sketches of any size are brought to it.
    """

    def __init__(self, info: ModelInfo, runtime: Runtime, w_plus: WPlus | None = None) -> None:
        self._runtime, self._w_plus = runtime, w_plus
        self.path: Path = info.path
        self.name = info.name
        self.kind = info.network
        self.task = info.task
        self.style_space = info.style_space
        self.device = runtime.device
        self.resolution = runtime.shape.resolution  # of faces that nobody wants larger
        self.sketch_size = runtime.shape.sketch_size
        self.channels = runtime.shape.channels
        self.code_size = runtime.shape.code_size

    @property
    def runtime(self) -> str:
        """What plays it now: OpenVINO takes over from torch where quicken() was called."""
        return self._runtime.name

    def quicken(self, timeout_s: float = 0.0) -> None:
        """Where something quicker can be had that takes a while, it is made in the background and takes over.

        Waits at most `timeout_s` seconds for it. Never raises: what plays now plays on, and
        trouble() says so.
        """
        if self._w_plus is not None:
            self._w_plus.quicken(timeout_s)

    def trouble(self) -> str:
        """A sentence about what did not come to pass since it was asked last; empty: nothing."""
        if self._w_plus is None:
            return ""
        said, self._w_plus.trouble = self._w_plus.trouble, ""
        return said

    def face(
        self,
        seen: Sketch | Mask | Picture,
        look: Look | int | None = None,
        settings: Settings | None = None,
        begun_at: Point | None = None,
    ) -> Picture:
        """What the task is made of, any side -> (R, R, 3) uint8 RGB, R as `side` says.

        seen: for "sketch" (S, S) float32, 0 ink .. 1 paper; for "mask" (S, S) uint8, rows of
        FACE_PARTS; for "lowres" and "photo" a picture (H, W, 3) whose middle square is the face; for
        "look" anything, for nothing of it is looked at. look: a seed, a Look, or None for the first
        one; of a picture, its own. settings: parameter name -> value; those not named are at their
        defaults. begun_at: where the pen first touched the paper, or TRACED, which says which of a look's
        people a compact model shows; None: the drawn head says it. Raises ModelError for what is none.
        """
        if self._w_plus is not None:
            x = None if self.task == "look" else PSP_READ_AS[self.task](seen, self.sketch_size)[0]
            return self._w_plus.painted(x, self.code_of(look), mix_of(settings or {}, self.task))
        drawing = READ_AS[self.task](seen, self.sketch_size)
        if look is None and self.task in ("lowres", "photo"):
            look = self.look_of(cast(Picture, seen))
        knobs = knobs_of(settings or {})
        code, kin = self.code_of(look), KNOBS.index("kin")
        if self.task != "sketch":
            knobs[kin] = 0  # nobody drew a head
        elif begun_at is not None and self.kind == "compact":
            code = relative(code, begun_at, float(knobs[kin]))
            knobs[kin] = 0  # it is said
        made = self._runtime.face(drawing, code, knobs)
        return self._runtime.finer(made) if self.side(settings) > self.resolution else made

    def side(self, settings: Settings | None = None) -> int:
        """Pixels of a face's side, with these settings."""
        finer, row = self._runtime.shape.finer, parameter("face_side")
        wanted = checked(row.name, (settings or {}).get(row.name, row.default))
        is_wanted = self._runtime.is_card if wanted == "auto" else int(wanted) > self.resolution
        return finer if finer and is_wanted else self.resolution

    def code_of(self, look: Look | int | None = None) -> Code:
        """Who a look is to this model: its code if it was made for this style space, or its seed's, (Z,).

        A seed's code is drawn from a normal distribution by numpy's PCG64, the same everywhere.
        """
        if look is None:
            look = Look()
        elif isinstance(look, int | np.integer):
            look = Look(seed=int(look))
        if look.code is not None and look.style_space == self.style_space:
            if not is_code(look.code, self.code_size, may_blend=self.kind in BLENDING):
                raise ModelError(
                    f"This look's code is {look.code.shape}, and the model takes"
                    f" ({self.code_size},), all finite numbers.",
                    "Choose another look.",
                )
            return np.ascontiguousarray(look.code, dtype=np.float32)
        if look.seed < 0:
            raise ModelError(f"A look's seed is 0 or more, not {look.seed}.")
        numbers = np.random.Generator(np.random.PCG64(look.seed))
        return numbers.standard_normal(self.code_size).astype(np.float32)

    def look_of(self, picture: Picture, name: str = "") -> Look:
        """The look of the person in a picture that shows one face, framed as the training photos are.

        picture (H, W, 3) uint8; the middle square of it counts. Raises ModelError where the
        weights have no style encoder.
        """
        photo = photo_for_style(picture)
        code = self._runtime.code_of(photo)
        if code is None:
            raise ModelError(
                f"The model {self.name} cannot take a look from a photo.",
                "Its weights hold no style encoder.",
            )
        # a photo unlike those the model learned from lies further out than anybody, and is painted as a ruin
        code = code * min(1.0, code.size**0.5 / max(float(np.linalg.norm(code)), 1e-6))
        # in a style space that does not know the code, the same photo is still the same person
        seed = zlib.crc32(np.ascontiguousarray(picture).tobytes())
        return Look(name=name, seed=seed, code=code, style_space=self.style_space)

    def warm_up(self) -> None:
        """One face of nothing, so that the first real one is not the slow one."""
        self.face(_nothing(self.task, self.sketch_size))

    def eager_ms(self) -> float:
        """Median milliseconds of a face with plain PyTorch in float32 here: what speed is measured against."""
        if self._w_plus is not None:
            return self._w_plus.eager_ms(*self._example(self._w_plus))
        return torch_part("eager").eager_ms(self.path)

    def parts_ms(self) -> dict[str, float]:
        """Milliseconds of a face's parts: encoder, modulation, generator, copies; empty for other networks."""
        return {} if self._w_plus is None else self._w_plus.parts_ms(*self._example(self._w_plus))

    def limits(self) -> dict[str, float]:
        """What arithmetic allows here: gmac, peak_gmac_s, limit_ms; empty for other networks."""
        return {} if self._w_plus is None else self._w_plus.limits()

    def _example(self, road: WPlus) -> tuple[NDArray[np.float32] | None, NDArray[np.float32]]:
        """What is shown to an encoder and to a generator when they are timed."""
        x = None
        if self.task != "look":
            x = np.ones((self.channels, self.sketch_size, self.sketch_size), np.float32)
        return x, road.steered(x, self.code_of(2), mix_of({}, self.task))

    def encode(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """x (C, 256, 256) float32 as the network takes it -> W+ latents (num_ws, w_dim).

        The average latents are in them. ModelError where the network has no W+ road.
        """
        return self._road().encode(x)

    def generate(self, ws: NDArray[np.float32]) -> NDArray[np.float32]:
        """ws (num_ws, w_dim) -> (3, R, R) float32 in about -1..1, not clamped, fixed noise."""
        return self._road().generate(ws)

    @property
    def is_steered(self) -> bool:
        """Whether what is seen becomes latents first, and those the face."""
        return self._w_plus is not None and self.task != "look"

    def steered(
        self,
        seen: Sketch | Mask | Picture,
        look: Look | int | None = None,
        settings: Settings | None = None,
    ) -> NDArray[np.float32]:
        """As face(), but only the latents (num_ws, w_dim), which painted() makes the face of.

        ModelError where the network has no W+ road.
        """
        x = None if self.task == "look" else PSP_READ_AS[self.task](seen, self.sketch_size)[0]
        return self._road().steered(x, self.code_of(look), mix_of(settings or {}, self.task))

    def painted(self, ws: NDArray[np.float32]) -> Picture:
        """ws (num_ws, w_dim) -> (R, R, 3) uint8 RGB."""
        return self._road().picture(ws)

    def latents_of(self, look: Look | int | None = None, truncation: float = 1.0) -> NDArray:
        """A look's own face: the same w for every layer, (num_ws, w_dim) float32.

        truncation: 1 as it comes .. 0 everybody is the average face.
        """
        return self._road().latents_of(self.code_of(look), truncation)

    def _road(self) -> WPlus:
        if self._w_plus is None:
            raise ModelError("this network has no W+ road", hint="use face()")
        return self._w_plus


def _nothing(task: str, size: int) -> Sketch | Mask | Picture:
    """Empty paper, a mask of background, or a grey picture."""
    if task in ("lowres", "photo"):
        return np.full((size, size, 3), 127, np.uint8)
    return (
        np.ones((size, size), np.float32) if task == "sketch" else np.zeros((size, size), np.uint8)
    )
