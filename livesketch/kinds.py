"""Which files are drawings, pictures and videos, by their ending, and which pages films have: the lists that everybody asks."""

from pathlib import PurePath

ENDINGS: dict[str, tuple[str, ...]] = {
    "drawing": (".livesketch", ".svg", ".ndjson", ".psd"),
    "picture": (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm"),
    "video": (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg", ".ogv", ".mjpeg"),
    "cues": (".toml",),
}

# what a drawing can be saved as, its own kind of file first
SAVED_AS: tuple[str, ...] = (".livesketch", ".png", ".svg", ".psd", ".ndjson")

# how a drawing and its face lie in a film
PAGES: tuple[str, ...] = ("side by side", "picture in picture", "face")


def kind_of(path: PurePath | str) -> str:
    """ "drawing", "picture", "video", "cues", or "" for what livesketch does not open."""
    ending = PurePath(path).suffix.lower()
    return next((kind for kind, endings in ENDINGS.items() if ending in endings), "")
