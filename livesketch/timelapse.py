"""A drawing retold as a film: stroke by stroke, with the face that answers each of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from livesketch.canvas.document import Document
from livesketch.canvas.paper import PaperRaster
from livesketch.canvas.retelling import Retelling
from livesketch.errors import SourceError, UsageError
from livesketch.frames import Look, Picture, Request
from livesketch.kinds import PAGES
from livesketch.outputs.moving import ENDINGS, write_moving
from livesketch.parameters import Value, defaults, frozen
from livesketch.pipeline import Pipeline, open_alone
from livesketch.post.pages import laid_out, page_size
from livesketch.render import documents_in, own_look
from livesketch.sources.paper import Source as Paper

STAYS_S = 1.5  # how long the last picture stays


@dataclass(frozen=True)
class TimelapseOptions:
    """`speed`: so many times as fast as it was drawn; `seconds`: as fast as fills them, instead."""

    drawing: Path
    out: Path
    model: str = "default"
    runtime: str = "auto"
    page: str = PAGES[0]
    side: int = 512
    fps: int = 25
    speed: float = 4.0
    seconds: float | None = None
    is_whole: bool = False  # with what was undone
    look: Look | None = None
    values: Mapping[str, Value] = field(default_factory=dict)


def timelapse(
    options: TimelapseOptions,
    open_with: Callable[[str, str], Pipeline] = open_alone,
    progress: Callable[[float], object] = lambda share: None,
) -> int:
    """Writes the film; returns how many pictures it has. `progress` hears shares of the whole, 0..1."""
    if options.out.suffix.lower() not in ENDINGS:
        raise UsageError(
            f"A film cannot be called {options.out.name}.",
            f"Choose an ending: {' '.join(ENDINGS)}.",
        )
    documents, _ = documents_in(options.drawing)
    document = documents[0]
    if document.is_empty:
        raise SourceError(f"{options.drawing.name} is an empty paper.", "Draw something on it.")
    if options.look is None:
        options = replace(options, look=own_look(document))
    road = open_with(options.model, options.runtime)
    try:
        pictures = _pictures(document, options, road, progress)
        size = page_size(options.page, options.side)
        return write_moving(options.out, pictures, size, options.fps)
    finally:
        road.close()


def faces(
    document: Document, options: TimelapseOptions, road: Pipeline, every_s: float
) -> Iterator[tuple[Document, Picture | None, bool, float]]:
    """The drawing as it grows, its face, whether anything changed, and how much is over; every `every_s`
    seconds of the pen's time."""
    telling = Retelling(document, options.is_whole)
    source = Paper(telling.document)
    settings = frozen(defaults() | dict(options.values) | {"mirror": False})
    face: Picture | None = None
    number = 0
    while True:
        has_changed = telling.advance(number * every_s)
        frame = source.read(bool(settings["framing"])) if has_changed or number == 0 else None
        if frame is not None:
            request = Request(frame, settings, options.model, options.look or Look())
            is_blank = frame.is_empty and frame.mask is None
            face = None if is_blank else road.process(request).face
        share = min(1.0, number * every_s / max(telling.seconds, 1e-6))
        yield telling.document, face, frame is not None, share
        if telling.is_over:
            return
        number += 1


def _pictures(
    document: Document,
    options: TimelapseOptions,
    road: Pipeline,
    progress: Callable[[float], object],
) -> Iterator[Picture]:
    length = Retelling(document, options.is_whole).seconds
    speed = options.speed if options.seconds is None else max(length / options.seconds, 1e-6)
    paper = PaperRaster(options.side)
    picture: Picture | None = None
    for drawn, face, has_changed, share in faces(document, options, road, speed / options.fps):
        if has_changed or picture is None:
            paper.update(drawn, budget_s=float("inf"))
            picture = laid_out(paper.pixels, face, options.page, options.side)
        progress(share)
        yield picture
    for _ in range(round(STAYS_S * options.fps)):
        if picture is not None:
            yield picture
