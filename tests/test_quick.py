"""The quick road of the published networks: the same faces in less time, exact numbers where they are asked for."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from published import (
    SMALL,
    SMALL_PSP,
    far,
    psp_content,
    reference,
    small_generator,
    small_psp,
    varied,
)

from livesketch import bench
from livesketch.models import foreign
from livesketch.models.engine import Model, open_model
from livesketch.models.networks import psp, stylegan2
from livesketch.models.pixels import picture_from
from livesketch.models.runtimes import cuda_graph, wplus_runtime
from livesketch.models.runtimes.arithmetic import gmac, peak_gmac_s
from livesketch.models.runtimes.wplus_quick import QuickEncoder, QuickGenerator

CPU = torch.device("cpu")


def latents(seed: int) -> np.ndarray:
    made = np.random.default_rng(seed)
    return made.standard_normal((SMALL.num_ws, SMALL.w_dim)).astype(np.float32)


def exact(network: stylegan2.Network, ws: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return network(torch.from_numpy(ws)[None])[0].numpy()


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """PSNR of two pictures in dB."""
    off = np.mean((one.astype(float) - other.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / max(off, 1e-9)))


@pytest.fixture
def sketch_file(tmp_path: Path) -> Path:
    path = tmp_path / "sketch.pt"
    torch.save(psp_content(small_psp()), path)
    return path


def play(path: Path) -> Model:
    return open_model(str(path), device="cpu")


def test_in_float32_it_paints_what_the_plain_network_paints() -> None:
    network = small_generator()
    quick = QuickGenerator(network, CPU, torch.float32)
    for seed in (1, 2):
        quick.steer(latents(seed))
        assert far(quick.image().numpy(), exact(network, latents(seed))) < 1e-5


def test_a_published_generator_with_clamps_and_labels_is_painted_alike() -> None:
    held, _ = foreign.load(reference("stylegan2_ada_128_fp16.pkl"))
    ws = np.load(reference("stylegan2_ada_128_fp16.npz"))["w"][0]
    assert isinstance(held.network, stylegan2.Network)
    wanted = exact(held.network, ws)
    for dtype, least in ((torch.float32, 60), (torch.bfloat16, 35)):
        quick = QuickGenerator(held.network, CPU, dtype)
        quick.steer(ws)
        picture = quick.picture(quick.pixels())
        assert picture is not None
        assert likeness(picture, picture_from(wanted)) > least


def test_half_precision_is_hardly_seen() -> None:
    network = small_psp()
    x = np.random.default_rng(0).random((1, 256, 256), np.float32)
    with torch.inference_mode():
        wanted = network.encode(torch.from_numpy(x)[None])[0].numpy()
    assert far(QuickEncoder(network, CPU, torch.float32)(x), wanted) < 1e-4
    assert far(QuickEncoder(network, CPU, torch.bfloat16)(x), wanted) < 0.05


def test_only_layers_whose_latents_change_are_modulated_again() -> None:
    quick = QuickGenerator(small_generator(), CPU, torch.float32)
    ws = latents(1)
    quick.steer(ws)
    every = quick.modulated
    assert every == 3 * len(SMALL.channels) - 1
    quick.steer(ws)
    assert quick.modulated == 0
    drawn = ws.copy()
    drawn[:8] += 0.1  # the drawing changes, the held look paints layers 9 and 10
    quick.steer(drawn)
    assert 0 < quick.modulated < every
    fresh = QuickGenerator(small_generator(), CPU, torch.float32)
    fresh.steer(drawn)
    assert torch.equal(quick.image(), fresh.image())


def test_faces_are_quick_and_numbers_exact(sketch_file: Path) -> None:
    model = play(sketch_file)
    drawn = np.ones((256, 256), np.float32)
    drawn[90:120, 50:200] = 0
    face = model.face(drawn, 3)
    network = small_psp()
    with torch.inference_mode():
        wanted = network.encode(torch.from_numpy(drawn)[None, None])
    assert far(model.encode(drawn[None]), wanted[0].numpy()) < 1e-5
    assert far(model.generate(latents(4)), exact(network.generator, latents(4))) < 1e-5
    ws = model.steered(drawn, 3)
    assert np.array_equal(model.painted(ws), face)
    assert likeness(face, picture_from(model.generate(ws))) > 35


def test_a_network_that_half_precision_cannot_hold_is_painted_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = small_psp()
    last = network.generator.synthesis.blocks[-1]
    assert isinstance(last, stylegan2.Block)
    last.conv.noise_strength.fill_(3e5)  # beyond what 16 bits of float hold
    torch.save(psp_content(network), tmp_path / "loud.pt")
    monkeypatch.setattr(wplus_runtime, "fast_dtype", lambda device: torch.float16)
    model = play(tmp_path / "loud.pt")
    drawn = np.ones((64, 64), np.float32)
    face = model.face(drawn, 3)
    assert np.array_equal(face, picture_from(model.generate(model.steered(drawn, 3))))


def test_without_a_card_or_where_it_cannot_capture_steps_are_played_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run() -> tuple[torch.Tensor, ...]:
        return (torch.ones(1),)

    assert cuda_graph.captured(run, CPU) is run

    def fails(run: object, device: object) -> None:
        raise RuntimeError("operation not permitted when stream is capturing\nmore")

    monkeypatch.setattr(cuda_graph, "_captured", fails)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: None)
    assert cuda_graph.captured(run, torch.device("cuda")) is run


# the bench


def test_the_arithmetic_of_the_large_model_is_counted_without_computing_it() -> None:
    whole = gmac(psp.Config())
    assert whole["encoder"] == pytest.approx(72, rel=0.05)
    assert whole["generator"] == pytest.approx(75, rel=0.05)
    assert set(gmac(SMALL)) == {"generator"}
    assert peak_gmac_s(CPU, torch.float32) > 0.1


def test_the_bench_tells_the_parts_of_a_published_model(sketch_file: Path, own_home: Path) -> None:
    options = bench.BenchOptions(str(sketch_file), "torch", seconds=0.5, size=(800, 450))
    figures = bench.run(options)
    assert json.loads(json.dumps(figures)) == figures
    for part in ("face", "encoder", "modulation", "generator", "copies"):
        assert figures["steps_ms"][part] > 0, part
    assert figures["eager_ratio"] > 0
    assert figures["gmac"] > 0
    assert figures["limit_ms"] > 0
    assert figures["limit_ms"] == pytest.approx(
        1000 * figures["gmac"] / figures["peak_gmac_s"], rel=0.2, abs=0.02
    )


def test_on_a_card_the_bench_tells_the_memory_it_took(
    sketch_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    road = wplus_runtime.open_held(foreign.load(sketch_file)[0], "cpu", "torch")
    assert "card_memory_gib" not in road.limits()
    monkeypatch.setattr(road, "_device", torch.device("cuda"))
    monkeypatch.setattr(wplus_runtime, "peak_gmac_s", lambda device, dtype: 1.0)
    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda device: 3 * 2**29)
    assert road.limits()["card_memory_gib"] == 1.5


def test_the_bench_measures_models_of_other_tasks_alone(tmp_path: Path) -> None:
    network = psp.Network(replace(SMALL_PSP, input_channels=19))
    varied(network)
    torch.save(psp_content(network), tmp_path / "mask.pt")
    figures = bench.run(bench.BenchOptions(str(tmp_path / "mask.pt"), "torch", seconds=0.2))
    assert figures["steps_ms"]["encoder"] > 0
    assert figures["faces_per_s_alone"] > 0
    assert figures["faces_per_s"] is None
    assert figures["pen_to_pixel_ms"] == {"p50": None, "p95": None}
