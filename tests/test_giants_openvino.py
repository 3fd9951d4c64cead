"""The published networks on a processor: OpenVINO paints what torch paints, and takes over while torch plays."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from published import SMALL, far, g_ema, psp_content, reference, small_generator, small_psp, varied

from livesketch import bench
from livesketch.errors import ModelError
from livesketch.frames import Frame, Request
from livesketch.models import foreign, torch_part
from livesketch.models.engine import Model, open_model
from livesketch.models.networks import stylegan2
from livesketch.models.pixels import picture_from
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline, open_live, open_pipeline

pytest.importorskip("openvino")
from livesketch.models.runtimes import wplus_openvino
from livesketch.models.runtimes.wplus_openvino import Compiled

PATIENCE_S = 120.0


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """PSNR of two pictures in dB."""
    off = np.mean((one.astype(float) - other.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / max(off, 1e-9)))


def latents(config: stylegan2.Config, seed: int = 1) -> np.ndarray:
    made = np.random.default_rng(seed)
    return made.standard_normal((config.num_ws, config.w_dim)).astype(np.float32)


def exact(network: stylegan2.Network, ws: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return network(torch.from_numpy(ws)[None])[0].numpy()


def drawing() -> np.ndarray:
    made = np.ones((256, 256), np.float32)
    made[90:120, 50:200] = 0
    return made


@pytest.fixture(scope="module")
def sketch_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("giants") / "sketch.pt"
    torch.save(psp_content(small_psp()), path)
    return path


@pytest.fixture
def look_file(tmp_path: Path) -> Path:
    path = tmp_path / "look.pt"
    network = small_generator()
    torch.save({"g_ema": g_ema(network), "latent_avg": network.mapping.w_avg.clone()}, path)
    return path


@pytest.mark.parametrize(("precision", "least"), [("f32", 90), ("bf16", 40)])
def test_a_drawing_becomes_the_face_that_float32_makes(precision: str, least: float) -> None:
    network = small_psp()
    compiled = Compiled(network, precision)
    x = drawing()[None]
    with torch.inference_mode():
        wanted = network.encode(torch.from_numpy(x)[None])[0].numpy()
        face = picture_from(network(torch.from_numpy(x)[None])[0].numpy())
    assert far(compiled.latents(x), wanted) < (1e-4 if precision == "f32" else 0.05)
    assert likeness(compiled.picture(wanted), face) > least


def test_a_published_generator_with_clamps_and_labels_is_painted_alike() -> None:
    held, _ = foreign.load(reference("stylegan2_ada_128_fp16.pkl"))
    ws = np.load(reference("stylegan2_ada_128_fp16.npz"))["w"][0]
    assert isinstance(held.network, stylegan2.Network)
    compiled = Compiled(held.network, "f32")
    assert far(compiled.image(ws), exact(held.network, ws)) < 1e-4


@pytest.mark.parametrize(("side", "count"), [(32, 4), (128, 6)])
def test_generators_of_other_sizes_are_painted_alike(side: int, count: int) -> None:
    config = replace(SMALL, img_resolution=side, channels=(16, 16, 8, 8, 8, 8)[:count])
    network = stylegan2.Network(config)
    varied(network)
    compiled = Compiled(network, "f32")
    for seed in (1, 2):  # the very same graph, another face
        ws = latents(config, seed)
        assert far(compiled.image(ws), exact(network, ws)) < 1e-4


def test_asked_for_by_name_it_plays_from_the_first_face_on(sketch_file: Path) -> None:
    model = open_model(str(sketch_file), runtime="openvino")
    assert model.runtime == "openvino"
    plain = open_model(str(sketch_file), "cpu", "torch")
    plain.quicken(PATIENCE_S)
    assert plain.runtime == "torch"
    face = model.face(drawing(), 3)
    assert np.array_equal(model.face(drawing(), 3), face)
    # numbers stay exact, whatever paints the faces
    assert np.array_equal(model.encode(drawing()[None]), plain.encode(drawing()[None]))
    assert likeness(face, picture_from(plain.generate(plain.steered(drawing(), 3)))) > 40


def test_a_generator_alone_plays_its_looks(look_file: Path) -> None:
    model = open_model(str(look_file), runtime="openvino")
    ws = model.latents_of(3)
    assert likeness(model.painted(ws), picture_from(model.generate(ws))) > 40


def test_torch_plays_in_the_window_until_openvino_has_compiled(
    sketch_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin: list[Callable[[], None]] = []
    real = wplus_openvino.compiling

    def later(network: wplus_openvino.Network, threads: int | None) -> object:
        """A compiler that has not begun yet: it begins when the test says so."""
        held = Held()
        begin.append(lambda: setattr(held, "worker", real(network, threads)))
        return held

    monkeypatch.setattr(torch_part("wplus_openvino"), "compiling", later)
    pipeline = open_live(str(sketch_file), "auto")
    first = shown(pipeline)
    assert pipeline.model.runtime == "torch"
    begin[0]()
    pipeline.model.quicken(PATIENCE_S)
    assert pipeline.model.runtime == "openvino"
    second = shown(pipeline, 1)
    assert likeness(first, second) > 38  # both in half precision
    pipeline.close()


class Held:
    worker: object = None

    def newest(self, timeout: float = 0.0) -> object:
        return None if self.worker is None else self.worker.newest(timeout)  # type: ignore[attr-defined]


def shown(pipeline: Pipeline, seed: int = 0) -> np.ndarray:
    # a line more or less, so that nothing is remembered
    sketch = drawing()
    sketch[200, 100 : 101 + seed] = 0
    result = pipeline.process(Request(Frame(0.0, seed, sketch=sketch), frozen(defaults()), ""))
    assert result.face is not None
    return result.face


def test_files_are_rendered_on_one_runtime(sketch_file: Path) -> None:
    pipeline = open_pipeline(str(sketch_file))
    shown(pipeline)
    assert pipeline.model.runtime == "torch"
    pipeline.close()


def test_where_it_cannot_compile_torch_plays_on_and_one_sentence_says_so(
    sketch_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(network: object) -> None:
        raise RuntimeError("no such operation")

    monkeypatch.setattr(wplus_openvino, "written", refuses)
    pipeline = open_live(str(sketch_file), "auto")
    pipeline.model.quicken(PATIENCE_S)
    assert pipeline.model.runtime == "torch"
    request = Request(Frame(0.0, 0, sketch=drawing()), frozen(defaults()), "")
    result = pipeline.process(request)
    assert result.face is not None
    assert "OpenVINO cannot play this model; PyTorch plays on" in result.trouble
    assert pipeline.process(request).trouble == ""  # it is said once
    with pytest.raises(ModelError, match="OpenVINO cannot take"):
        open_model(str(sketch_file), runtime="openvino")
    pipeline.close()


def fails(self: Compiled, given: np.ndarray) -> None:
    raise RuntimeError("out of memory")


def test_where_it_fails_while_reading_a_drawing_torch_reads_and_paints_it(
    sketch_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = open_model(str(sketch_file), runtime="openvino")
    monkeypatch.setattr(Compiled, "latents", fails)
    face = model.face(drawing(), 3)
    assert model.runtime == "torch"
    plain: Model = open_model(str(sketch_file), "cpu", "torch")
    assert np.array_equal(face, plain.face(drawing(), 3))
    assert "PyTorch plays on" in model.trouble()
    assert model.trouble() == ""


def test_where_it_fails_while_painting_torch_paints_the_face(
    look_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = open_model(str(look_file), runtime="openvino")
    monkeypatch.setattr(Compiled, "picture", fails)
    face = model.painted(model.latents_of(3))
    assert model.runtime == "torch"
    plain: Model = open_model(str(look_file), "cpu", "torch")
    assert np.array_equal(face, plain.painted(plain.latents_of(3)))
    assert "PyTorch plays on" in model.trouble()


def test_the_bench_waits_for_openvino_and_tells_its_parts(look_file: Path) -> None:
    figures = bench.run(bench.BenchOptions(str(look_file), "auto", seconds=0.3))
    assert figures["runtime"] == "openvino"
    assert figures["steps_ms"]["generator"] > 0
    assert figures["eager_ratio"] > 0
