"""Plays a network on the CPU with OpenVINO; the converted network is kept in the user's cache."""

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

from livesketch.errors import ModelError
from livesketch.frames import Code, Picture
from livesketch.models import CONVERTED, TORCH_PARTS, torch_part
from livesketch.models.blend import rows_of
from livesketch.models.knobs import AGE
from livesketch.models.machine import cpu_words, installed, playing_threads
from livesketch.models.networks import NETWORKS
from livesketch.models.pixels import unfolded
from livesketch.models.runtimes import Shape
from livesketch.places import user_dir

log = logging.getLogger(__name__)

KEPT = 8  # converted models in the cache; the oldest go first
LIST = "files.json"
STEPS = ("read", "settle", "paint")
MORE = ("age", "finer", "style")


class Runtime:
    """One weights file, compiled for this CPU; places stay in float32 between the two networks."""

    name = "openvino"
    is_card = False

    def __init__(
        self,
        steps: Sequence[openvino.Model],
        more: Mapping[str, openvino.Model],
        threads: int | None = None,
    ) -> None:
        self._threads = playing_threads(threads)
        self._core = openvino.Core()
        self._more = more  # by the names of MORE; compiled when they are first asked for
        self._opened: dict[str, openvino.InferRequest] = {}
        abilities = self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self._quick = quick = "bf16" if "BF16" in abilities else "f32"
        read, settle, paint = steps
        self._read = self._compiled(read, quick).create_infer_request()
        self._settle = self._compiled(settle, "f32").create_infer_request()
        self._paint = self._compiled(paint, quick).create_infer_request()
        # Each step reads where the one before it has written: handing arrays over takes longer than settling.
        for before, after in ((self._read, self._settle), (self._settle, self._paint)):
            for number in range(3):
                after.set_input_tensor(number, before.get_output_tensor(number))
        drawing, code = read.inputs[0].get_shape(), settle.inputs[3].get_shape()
        side, channels = paint.outputs[0].get_shape()[2:]
        self._most = code[1]  # people in a blend
        side = side if channels == 3 else 2 * side
        larger = 2 * side if "finer" in more else 0
        self.shape = Shape(drawing[1], drawing[3], code[2] - 1, side, larger)
        self.device = cpu_words()

    def face(self, drawing: NDArray[np.float32], code: Code, knobs: NDArray[np.float32]) -> Picture:
        self._read.get_input_tensor(0).data[:] = drawing
        self._settle.get_input_tensor(3).data[:] = rows_of(code, self._most)
        self._settle.get_input_tensor(4).data[:] = knobs
        for step in (self._read, self._settle, self._paint):
            step.infer(share_outputs=True)
        made = unfolded(self._paint.get_output_tensor(0).data[0])
        return made if knobs[AGE] == 0 else self._aged(made, knobs[AGE])

    def _aged(self, face: Picture, age: np.float32) -> Picture:
        step = self._later("age", "f32")
        if step is None:
            return face
        # where the picture lies on the usual face, its regions, and who it is
        for there, settled in ((1, 3), (2, 1), (3, 2)):
            step.set_input_tensor(there, self._settle.get_output_tensor(settled))
        step.get_input_tensor(0).data[0] = face
        step.get_input_tensor(4).data[:] = age
        step.infer(share_outputs=True)
        return step.get_output_tensor(0).data[0].copy()

    def finer(self, face: Picture) -> Picture:
        step = self._later("finer", self._quick)
        if step is None:
            return face
        step.get_input_tensor(0).data[0] = face
        step.infer(share_outputs=True)
        return unfolded(step.get_output_tensor(0).data[0])

    def code_of(self, picture: NDArray[np.float32]) -> Code | None:
        # float32: a look found in a photo must not depend on what the CPU is quick at
        step = self._later("style", "f32")
        return None if step is None else step.infer([picture])[0][0].copy()

    def _later(self, name: str, precision: str) -> openvino.InferRequest | None:
        """What not every face needs; None where the file has no such thing."""
        if name not in self._opened and name in self._more:
            compiled = self._compiled(self._more[name], precision)
            self._opened[name] = compiled.create_infer_request()
        return self._opened.get(name)

    def _compiled(self, model: openvino.Model, precision: str) -> openvino.CompiledModel:
        return self._core.compile_model(
            model,
            "CPU",
            {
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": precision,
                "INFERENCE_NUM_THREADS": self._threads,
                "ENABLE_CPU_PINNING": False,  # the window decides for itself where it runs
            },
        )


def open_runtime(
    weights: Path,
    digest: str,
    network: str,
    device: str | None = None,
    threads: int | None = None,
) -> Runtime:
    """`weights` with SHA-256 `digest`, holding `network`, converted if that was not done before."""
    if device not in (None, "cpu"):
        raise ModelError(
            f"OpenVINO plays on the CPU here, not on {device!r}.", "Choose the runtime torch."
        )
    if network not in CONVERTED:
        raise ModelError(
            f"OpenVINO does not play networks of the kind {network}.", "Choose the runtime torch."
        )
    folder = user_dir("cache") / "openvino" / _key(digest, network)
    try:
        if _is_whole(folder):
            return _opened(folder, threads)
    except (OSError, RuntimeError) as error:
        log.warning("the converted model in %s is not usable: %s", folder, error)
    with tempfile.TemporaryDirectory(prefix="livesketch-") as scratch:
        made = Path(scratch)
        try:
            torch_part("conversion").convert(weights, made)
        except (RuntimeError, AttributeError) as error:
            raise ModelError(
                f"OpenVINO cannot take the network in {weights.name}.", "Choose the runtime torch."
            ) from error
        kept = _keep(made, folder)
        return _opened(folder if kept else made, threads)


def _key(digest: str, network: str) -> str:
    """Changes with the weights, with the code of the network, and with what converts it."""
    text = hashlib.sha256(digest.encode())
    for part in (NETWORKS.get(network, __name__), TORCH_PARTS["conversion"]):
        spec = find_spec(part)
        if spec is not None and spec.origin is not None:  # a network's parts lie beside it
            for path in sorted(Path(spec.origin).parent.glob("*.py")):
                text.update(path.read_bytes())
    for package in ("openvino", "torch"):
        text.update(installed(package).encode())
    return text.hexdigest()[:24]


def _is_whole(folder: Path) -> bool:
    """Whether every file is there as it was written: OpenVINO does not notice flipped bits."""
    try:
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
        return all(f"{step}.xml" in listed for step in STEPS) and all(
            _sum(folder / n) == s for n, s in listed.items()
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(folder: Path, threads: int | None) -> Runtime:
    core = openvino.Core()
    core.set_property({"ENABLE_MMAP": False})  # the file may be a temporary one
    there = {name: folder / f"{name}.xml" for name in MORE}
    more = {name: core.read_model(path) for name, path in there.items() if path.exists()}
    steps = [core.read_model(folder / f"{step}.xml") for step in STEPS]
    return Runtime(steps, more, threads)


def _keep(made: Path, folder: Path) -> bool:
    """Copy to the cache, whole or not at all. A full or write-protected disk only costs time."""
    scratch = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="new-", dir=folder.parent))
        listed = {path.name: _sum(path) for path in sorted(made.iterdir())}
        shutil.copytree(made, scratch, dirs_exist_ok=True)
        (scratch / LIST).write_text(json.dumps(listed), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
        others = [path for path in folder.parent.iterdir() if path != folder]
        for old in sorted(others, key=lambda path: path.stat().st_mtime)[: -(KEPT - 1)]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        log.warning("the converted model cannot be kept in %s: %s", folder, error)
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
        return False
    return True
