"""The same road without a window: files in, faces out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.document import Document
from livesketch.canvas.interchange import write_svg
from livesketch.canvas.prefix import prefix
from livesketch.canvas.stroke import strokes_of_face
from livesketch.drawings import read_drawings
from livesketch.errors import (
    DrawingError,
    LivesketchError,
    ModelError,
    OutputError,
    SourceError,
    TraceError,
    UsageError,
)
from livesketch.frames import Frame, Look, Picture, Request, Result, Sketch
from livesketch.kinds import ENDINGS, kind_of
from livesketch.outputs.files import VideoFile, write_png, write_sketch
from livesketch.outputs.names import PICTURE, VIDEO, Names, TakenError
from livesketch.parameters import Value, defaults, frozen
from livesketch.pipeline import Pipeline, open_alone
from livesketch.sources import picture as pictures
from livesketch.sources import video as videos
from livesketch.sources.paper import Source as Paper

FARTHEST = 60.0  # degrees a head may be turned away that is to be turned to the front
KNOWN = tuple(ending for endings in ENDINGS.values() for ending in endings)


@dataclass(frozen=True)
class RenderOptions:
    """What to make of which files. `look` None: the drawing's own, else the first."""

    inputs: tuple[Path, ...]
    out: Path  # a folder, a .png or an .mp4
    model: str = "default"  # a name, or the path of a weights file
    runtime: str = "auto"
    is_traced: bool = False  # pictures and videos are photographs
    percents: tuple[float, ...] = ()  # drawings also as they were at so much of the pen's path
    look: Look | None = None
    has_own_look: bool = False  # that of who is in the photo
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One thing that happened on the way, for whoever shows progress.

    `written`: a file is there. `error`: this input, or a part of it, is not made. `more`: so many
    more faces are to come than one an input. `note`: something the person should know.
    """

    source: Path
    written: Path | None = None
    error: LivesketchError | None = None
    more: int = 0
    note: str = ""
    is_face: bool = False  # one of the faces that were to come is done


def files_in(paths: Sequence[Path], kinds: Sequence[str] = tuple(ENDINGS)) -> tuple[Path, ...]:
    """The files named, and those of these kinds in folders that are named, in order; each one once."""
    found: dict[Path, Path] = {}
    for path in paths:
        inside = [path]
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if kind_of(one) in kinds)
        if not inside:
            endings = " ".join(ending for kind in kinds for ending in ENDINGS[kind])
            raise UsageError(
                f"There is nothing in {path} that this is made from.",
                f"Files are known by their endings: {endings}.",
            )
        for one in inside:
            found.setdefault(one.resolve(), one)
    return tuple(found.values())


def render(
    options: RenderOptions, open_with: Callable[[str, str], Pipeline] = open_alone
) -> Iterator[Step]:
    """Makes the faces one after the other and says what happened.

    A broken input is a Step with its error, and the next one follows; what concerns them all (the
    model, a full disk) is raised. The model is opened when the first input has been read.
    """
    studio = _Studio(options, Names(options.out, options.inputs), open_with)
    for source in options.inputs:
        try:
            yield from studio.make(source)
        except (ModelError, OutputError) as error:
            if not isinstance(error, TakenError):
                raise
            yield Step(source, error=error)
        except LivesketchError as error:
            yield Step(source, error=error)


class _Studio:
    """What stays from one input to the next: the names given, the model once it is open."""

    def __init__(
        self, options: RenderOptions, names: Names, open_with: Callable[[str, str], Pipeline]
    ) -> None:
        self._options = options
        self._names = names
        self._open = open_with
        self._pipeline: Pipeline | None = None
        # A file is no mirror: left stays left. Of a picture that is redone, its own person is made
        # where nobody was asked for.
        usual = defaults() | {"photo_look": float(options.look is not None)}
        self._look = options.look or Look()
        self._settings = frozen(usual | dict(options.values) | {"mirror": False})

    def make(self, source: Path) -> Iterator[Step]:
        check_file(source)
        roads = {"drawing": self._drawings, "picture": self._picture, "video": self._film}
        kind = kind_of(source)
        if kind not in roads:
            raise SourceError(
                f"{source.name} is of no kind that a face can be made from.",
                f"Known are {' '.join(KNOWN)}.",
            )
        return roads[kind](source)

    def _drawings(self, source: Path) -> Iterator[Step]:
        documents, notes = documents_in(source)
        for note in notes:  # what is whole is made all the same
            yield Step(source, error=DrawingError(note))
        if len(documents) > 1 and self._names.file is not None:
            raise UsageError(
                f"{source.name} holds {len(documents)} drawings, and {self._names.file.name} "
                "is one picture.",
                "Name a folder.",
            )
        yield Step(source, more=len(documents) * (1 + len(self._options.percents)) - 1)
        for number, document in enumerate(documents, 1):
            tag = f"-{number:04d}" if len(documents) > 1 else ""
            try:
                yield from self._drawing(source, document, tag)
            except SourceError as error:
                if not tag:
                    raise
                yield Step(source, error=SourceError(f"Drawing {number} of {error}", error.hint))

    def _drawing(self, source: Path, document: Document, tag: str) -> Iterator[Step]:
        look = self._options.look or own_look(document)
        for percent in (None, *self._options.percents):
            part = document if percent is None else _so_far(document, percent)
            frame = Paper(part).read(bool(self._settings["framing"]))
            if frame is None or frame.sketch is None or not self._has_something(frame):
                raise SourceError(f"{source.name} is an empty paper.", "Draw something on it.")
            end = "" if percent is None else f"-p{percent:g}"
            path = self._names.path(source, PICTURE, tag + end)
            write_png(self._face(source, frame, look), path)
            yield Step(source, written=path, is_face=True)

    def _has_something(self, frame: Frame) -> bool:
        """Painted, for a model of masks; else drawn."""
        if self._road().model.task == "mask":
            return frame.mask is not None
        return frame.sketch is not None and bool((frame.sketch < 0.5).any())

    def _picture(self, source: Path) -> Iterator[Step]:
        self._check_turning()
        task = self._road().model.task
        if task == "mask":
            frame = Frame(time=0.0, mask=pictures.read_mask(source))
        elif self._options.is_traced or task in ("lowres", "photo"):
            frame = Frame(time=0.0, picture=pictures.read_picture(source))
        else:
            sketch = pictures.read_sketch(source)
            if not (sketch < 0.5).any():
                raise SourceError(f"{source.name} shows no lines.", "Is it an empty paper?")
            if not pictures.is_sketch(source):
                yield Step(
                    source, note=f"{source.name} looks like a photo. --trace draws its face."
                )
            if self._options.percents:
                yield Step(source, note=f"{source.name} is a picture: it has no strokes to count.")
            frame = Frame(time=0.0, sketch=sketch)
        path = self._names.path(source, PICTURE)
        write_png(self._face(source, frame, self._own_look(frame) or self._look), path)
        yield Step(source, written=path, is_face=True)

    def _own_look(self, frame: Frame) -> Look | None:
        """Of who is in the picture, if it is asked for and somebody is."""
        if not self._options.has_own_look or frame.picture is None:
            return None
        return self._road().look_of(frame.picture)

    def _film(self, source: Path) -> Iterator[Step]:
        """Every picture becomes a face; while none is in sight the last one stays, and at the
        beginning the first one is there already: the film keeps its length."""
        if not self._options.is_traced and self._road().model.task not in ("lowres", "photo"):
            raise SourceError(f"{source.name} is a video.", "--trace draws the faces in it.")
        self._check_turning()
        path = self._names.path(source, VIDEO)
        film = videos.info(source)
        yield Step(source, more=max(0, (film.count or 1) - 1))
        road = Pipeline(self._road().model)  # which remembers no other film's face
        file: VideoFile | None = None
        face: Picture | None = None
        own: Look | None = None
        try:
            for number, picture in enumerate(videos.frames(source)):
                frame = Frame(number / film.fps, number, picture=picture, is_live=True)
                own = own or self._own_look(frame)
                made = self._process(road, frame, own or self._look).face
                if made is not None and file is None:
                    file = VideoFile(path, (made.shape[1], made.shape[0]), film.fps)
                    for _ in range(number):
                        file.write(made)
                face = made if made is not None else face
                if file is not None and face is not None:
                    file.write(face)
                yield Step(source, is_face=True)
            if file is None:
                raise TraceError(f"No face was found in {source.name}.")
            file.close()
        finally:
            road.close()
            if file is not None:
                file.discard()
        yield Step(source, written=path)

    def _face(self, source: Path, frame: Frame, look: Look) -> Picture:
        result = self._process(self._road(), frame, look)
        if result.face is None:
            why = result.note or "there is nothing to make a face of"
            raise TraceError(f"{source.name}: {why}.")
        away = 0.0 if result.traced is None else result.traced.turned
        if self._is_turning and away > FARTHEST:
            raise TraceError(
                f"{source.name}: the head is turned away by {away:.0f}°, and half of the face is hidden.",
                f"Take a photo in which it is turned by less than {FARTHEST:.0f}°.",
            )
        return result.face

    @property
    def _is_turning(self) -> bool:
        return float(self._settings["face_me"]) > 0

    def _check_turning(self) -> None:
        """UsageError where a head is to be turned that the model is not shown as lines."""
        if self._is_turning and self._road().model.task != "sketch":
            raise UsageError(
                "This model is not shown lines, and only lines can be turned to the front.",
                "Choose a model of drawings, such as default.",
            )

    def _road(self) -> Pipeline:
        if self._pipeline is None:
            self._pipeline = self._open(self._options.model, self._options.runtime)
        return self._pipeline

    def _process(self, road: Pipeline, frame: Frame, look: Look) -> Result:
        return road.process(Request(frame, self._settings, self._options.model, look))


class Lines(Protocol):
    """A traced photo: its sketch, and strokes (n, 2), or with pressure (n, 3), in units of the side, if
    there are to be any."""

    @property
    def sketch(self) -> Sketch: ...

    @property
    def strokes(self) -> list[NDArray[np.float32]]: ...


def trace(
    inputs: Sequence[Path], out: Path, draw: Callable[[Picture], Lines], has_svg: bool
) -> Iterator[Step]:
    """Photos to STEM.png, what the model would see, and STEM.svg. Broken inputs as in render()."""
    names = Names(out, inputs)
    for source in inputs:
        try:
            check_file(source)
            path = names.path(source, PICTURE)
            lines = draw(pictures.read_picture(source))
            write_sketch(lines.sketch, path)
            if has_svg:
                write_svg(
                    Document.from_strokes(strokes_of_face(lines.strokes)), path.with_suffix(".svg")
                )
            yield Step(source, written=path, is_face=True)
        except TraceError as error:
            yield Step(source, error=TraceError(f"{source.name}: {error.message}", error.hint))
        except (SourceError, TakenError) as error:
            yield Step(source, error=error)


def check_file(source: Path) -> None:
    if not source.exists():
        raise SourceError(f"There is no file {source}.", "Check the path.")
    if not source.is_file():
        raise SourceError(f"{source} is no ordinary file.", "Name a picture or a drawing.")


def documents_in(source: Path) -> tuple[list[Document], list[str]]:
    """The drawings of a file, and a sentence about each thing in it that is not whole."""
    check_file(source)
    return read_drawings(source)


def _so_far(document: Document, percent: float) -> Document:
    strokes = prefix(document.strokes, percent)
    return Document.from_strokes(strokes, begun_at=document.begun_at)


def own_look(document: Document) -> Look:
    seed = document.extra.get("seed")
    return Look(seed=seed) if isinstance(seed, int) and seed >= 0 else Look()
