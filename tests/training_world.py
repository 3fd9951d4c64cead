"""One of several processes that learn as one, started by test_training_world.py: DATA OUT PART STEPS BATCH MINUTES."""

import contextlib
import os
import sys
from pathlib import Path

import pytest
import torch
from training_stage import narrow, options, silence

from livesketch.training import loop


def main(data: str, out: str, part: str, steps: str, batch: str, minutes: str) -> None:
    """Learn, and leave this process's networks in OUT/<rank>.pt: the saved state is the first one's."""
    torch.set_num_threads(1)
    seen = []

    def noted(step):
        def one(learned, *given):
            seen[:] = [learned]
            return step(learned, *given)

        return one

    with pytest.MonkeyPatch.context() as patch:
        narrow(patch)
        # in float32, so that what differs is no rounding
        patch.setattr(torch, "autocast", lambda *_, **__: contextlib.nullcontext())
        patch.setattr(loop, "WARM_UP", {"reader": 1, "painter": 1})
        for name in ("read_step", "paint_step"):
            patch.setattr(loop, name, noted(getattr(loop, name)))
        some = {"part": part, "batch": int(batch), "minutes": float(minutes)}
        loop.train(options(Path(data), Path(out), int(steps), **some), silence)
    (learned,) = seen
    networks = {name: module.state_dict() for name, module in learned.networks.items()}
    torch.save(networks, Path(out) / f"{os.environ.get('RANK', '0')}.pt")


if __name__ == "__main__":
    main(*sys.argv[1:])
