"""Which runtime plays a model fastest here: measured once, remembered in the user's cache."""

import json
import logging
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np

from livesketch.disk import write_whole
from livesketch.errors import ModelError
from livesketch.models import CONVERTED, RUNTIMES, runtime_module, torch_part
from livesketch.models.knobs import knobs_of
from livesketch.models.machine import fingerprint, has_nvidia_driver
from livesketch.models.runtimes import Runtime
from livesketch.places import user_dir

log = logging.getLogger(__name__)

WARM_UPS, RUNS = 2, 7
CLEARLY = (
    0.9  # torch must need less than this share of OpenVINO's time, for it takes seconds to start
)
KEPT = 64  # remembered choices


def open_chosen(
    weights: Path,
    digest: str,
    network: str,
    device: str | None,
    runtime: str,
    threads: int | None = None,
) -> Runtime:
    """The runtime asked for; for "auto" the one remembered, or the faster of those that work here."""

    def opened(name: str) -> Runtime:
        return runtime_module(name).open_runtime(weights, digest, network, device, threads)

    if runtime != "auto":
        return opened(runtime)
    candidates = ["torch"]
    if network in CONVERTED and device in (None, "cpu") and find_spec("openvino") is not None:
        candidates.append("openvino")
    if len(candidates) == 1:
        return opened("torch")
    key = fingerprint(digest, str(device))
    known = _remembered().get(key)
    if known in candidates:
        try:
            return opened(known)
        except ModelError as error:
            log.warning("%s does not play %s any more: %s", known, weights, error)
    chosen = _fastest(weights, device, opened)
    _remember(key, chosen.name)
    return chosen


def _fastest(weights: Path, device: str | None, open_with: Callable[[str], Runtime]) -> Runtime:
    if device is None and has_nvidia_driver() and torch_part("accelerators").has_cuda():
        try:
            return open_with("torch")
        except ModelError as error:
            log.warning("the card does not play %s: %s", weights, error)
    spans: dict[str, float] = {}
    opened: dict[str, Runtime] = {}
    failed: ModelError | None = None
    for name in RUNTIMES:
        try:
            opened[name] = open_with(name)
            spans[name] = face_ms(opened[name])
        except ModelError as error:
            log.warning("%s does not play %s: %s", name, weights, error)
            failed = error
    if not spans:
        raise failed or ModelError("No runtime is here.", "Install openvino or torch.")
    log.info("%s: %s", weights.name, ", ".join(f"{n} {ms:.1f} ms" for n, ms in spans.items()))
    if "openvino" in spans and spans.get("torch", np.inf) > CLEARLY * spans["openvino"]:
        return opened["openvino"]
    return opened[min(spans, key=lambda name: spans[name])]


def face_ms(runtime: Runtime, runs: int = RUNS) -> float:
    """Median milliseconds of a face on this runtime, now."""
    shape = runtime.shape
    drawing = np.ones((1, shape.channels, shape.sketch_size, shape.sketch_size), np.float32)
    code = np.zeros(shape.code_size, np.float32)
    spans = []
    for _ in range(WARM_UPS + runs):
        start = time.monotonic()
        runtime.face(drawing, code, knobs_of({}))
        spans.append(1000 * (time.monotonic() - start))
    return median(spans[WARM_UPS:])


def _file() -> Path:
    return user_dir("cache") / "runtimes.json"


def _remembered() -> dict[str, str]:
    """Broken or missing: nothing is remembered, and it is measured again."""
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _remember(key: str, name: str) -> None:
    kept = _remembered()
    kept.pop(key, None)
    kept = dict(list(kept.items())[-(KEPT - 1) :]) | {key: name}
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_whole(_file(), json.dumps(kept, indent=1))
    except OSError as error:
        log.warning("the choice of runtime cannot be remembered: %s", error)
