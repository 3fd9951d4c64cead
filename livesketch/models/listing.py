"""What `livesketch weights list` says: every file that is here, then the published ones that can be fetched."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from livesketch.models.published import PUBLISHED
from livesketch.models.weights import ModelInfo, list_models

TASKS = {
    "sketch": "a drawing to a face",
    "mask": "painted parts of a face to a face",
    "lowres": "a tiny picture of a face to a large one",
    "photo": "a photo of a face to a face",
    "look": "random faces; a generator without an encoder",
}
NETWORKS = {
    "compact": "livesketch's own network",
    "pix2pix": "pix2pix",
    "psp": "pixel2style2pixel",
    "stylegan2": "StyleGAN2",
}


def size_words(count: int) -> str:
    """Bytes for people: "350 kB", "12.5 MB", "1.2 GB"."""
    for unit, step in (("GB", 1e9), ("MB", 1e6)):
        if count >= step:
            number = count / step
            return f"{number:.0f} {unit}" if number >= 100 else f"{number:.1f} {unit}"
    return f"{count / 1000:.0f} kB"


def _what(task: str, network: str, resolution: int) -> str:
    side = f", {resolution}×{resolution}" if resolution else ""
    return f"{TASKS.get(task, task)}; {NETWORKS.get(network, network)}{side}"


def held_lines(model: ModelInfo) -> Iterator[str]:
    """What is known of a file that is here; the first line begins with its name."""
    if model.problem:
        yield f"{model.name}: broken, {size_words(model.size)}, {model.source}"
    else:
        what = _what(model.task, model.network, model.resolution)
        yield f"{model.name}: {what}, {size_words(model.size)}, {model.source}"
    for title, text in (
        ("from", str(model.path)),
        ("trained on", model.trained_on),
        ("terms", model.terms),
        ("problem", model.problem),
    ):
        if text:
            yield f"    {title}: {text}"


def lines() -> Iterator[str]:
    """All of it."""
    models = list_models()
    for model in models:
        yield from held_lines(model)
    here = {model.name for model in models}
    rows = [row for row in PUBLISHED if row.name not in here]
    if rows:
        yield "" if models else "Nothing is here yet."
        yield "Published by others; `livesketch weights get NAME` fetches and converts one:"
    for row in rows:
        side, network = f"{row.resolution}×{row.resolution}", NETWORKS[row.network]
        yield f"{row.name}: {row.words}; {network}, {side}, about {size_words(row.size)}"
        yield f"    from: {row.file} at {urlsplit(row.url).hostname}, see {row.page}"
        yield f"    terms: {row.terms}"
