"""Several processes learn as one: each takes a share of the examples, and all end with the same networks."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from training_data import write_prepared
from training_world import main

HERE = Path(__file__).parent


def learn(data: Path, out: Path, many: int, part: str = "reader", batch: int = 4) -> list[dict]:
    """Networks of each of `many` processes after two steps; one alone is this one."""
    if many == 1:
        main(str(data), str(out), part, "2", str(batch), "5")
        return [torch.load(out / "0.pt", weights_only=True)]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    shared = {"WORLD_SIZE": str(many), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    path = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    words = [str(data), str(out), part, "2", str(batch), "5"]
    running = [
        subprocess.Popen(
            [sys.executable, str(HERE / "training_world.py"), *words],
            env={**os.environ, **shared, "PYTHONPATH": path, "RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(many)
    ]
    try:
        said = [process.communicate(timeout=180)[1] for process in running]
    finally:
        for process in running:
            process.kill()
    assert [process.returncode for process in running] == [0] * many, "\n".join(said)
    return [torch.load(out / f"{rank}.pt", weights_only=True) for rank in range(many)]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("prepared"))


def apart(one: dict, two: dict) -> float:
    """Mean difference of two networks' numbers."""
    off = torch.cat([(one[name].float() - two[name].float()).abs().flatten() for name in one])
    return off.mean().item()


def test_two_readers_learn_what_one_learns_of_all_their_examples(data, tmp_path):
    first, second = learn(data, tmp_path / "two", 2)
    (alone,) = learn(data, tmp_path / "one", 1)
    (half,) = learn(data, tmp_path / "half", 1, batch=2)
    assert apart(first["network"], second["network"]) == 0
    learned = apart(alone["network"], half["network"])
    assert learned > 0  # what the others saw makes a difference
    assert apart(first["network"], alone["network"]) < 0.02 * learned
    # who is first keeps what all have learned, once
    kept = torch.load(tmp_path / "two" / "reader-sketch.pt", weights_only=True)
    assert (kept["step"], kept["pictures"]) == (2, 8)
    assert sorted(path.name for path in (tmp_path / "two").glob("*.pt")) == [
        "0.pt",
        "1.pt",
        "reader-sketch.pt",
    ]


def test_two_painters_stay_alike_critics_and_all(data, tmp_path):
    first, second = learn(data, tmp_path / "two", 2, part="painter", batch=8)
    for name in first:
        assert apart(first[name], second[name]) == 0, name
