"""Which file the picture made from an input goes to; no input's picture ever replaces another's, or an input."""

from collections.abc import Sequence
from pathlib import Path

from livesketch.errors import OutputError, UsageError
from livesketch.outputs.files import make_folder

PICTURE, VIDEO = ".png", ".mp4"
_NOT_WRITTEN = {".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avi", ".mov", ".mkv"}


class Names:
    """Names under `out`: a folder (made if need be), or one .png or .mp4. Remembers what is taken."""

    def __init__(self, out: Path, inputs: Sequence[Path]) -> None:
        ending = out.suffix.lower()
        is_file = ending in (PICTURE, VIDEO) and not out.is_dir()
        if ending in _NOT_WRITTEN and not out.is_dir():
            raise UsageError(
                f"{out.name} cannot be written: pictures are made as .png, videos as .mp4.",
                f"Name it {out.stem}.png, or name a folder.",
            )
        if is_file and len(inputs) > 1:
            raise UsageError(
                f"{out.name} is one file, and there are {len(inputs)} inputs.", "Name a folder."
            )
        self.file = out if is_file else None
        self._folder = out.parent if is_file else out
        self._taken = {_key(path): path for path in inputs}
        make_folder(self._folder)

    def path(self, source: Path, ending: str, tag: str = "") -> Path:
        """Where to write what comes of `source`. UsageError where that name belongs to another."""
        if self.file is None:
            path = self._folder / f"{source.stem}{tag}{ending}"
        elif self.file.suffix.lower() == ending:
            path = self.file.with_name(f"{self.file.stem}{tag}{self.file.suffix}")
        else:
            kind = "a video" if ending == VIDEO else "a picture"
            raise UsageError(
                f"{source.name} becomes {kind}, which {self.file.name} cannot hold.",
                f"Name it {self.file.stem}{ending}, or name a folder.",
            )
        owner = self._taken.get(_key(path))
        if owner is not None:
            raise TakenError(source, path, owner)
        self._taken[_key(path)] = source
        return path


class TakenError(OutputError):
    """Two inputs would be written to one file, or one on top of an input."""

    def __init__(self, source: Path, path: Path, owner: Path) -> None:
        if _key(path) == _key(owner):
            sentence = f"{source} was not made: {path} would replace an input."
        else:
            sentence = f"{source} was not made: {path} already holds what came of {owner}."
        super().__init__(sentence, "Write it to another folder, or rename it.")


def _key(path: Path) -> str:
    # Some file systems do not tell Face.png from face.png.
    return str(path.resolve()).casefold()
