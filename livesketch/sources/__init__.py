"""Where frames come from: one file per kind of source, each with a class Source."""

from importlib import import_module
from typing import Protocol

from livesketch.errors import UsageError
from livesketch.frames import Frame

# name -> where it lives; paper takes a Document and is opened by the app itself.
SOURCES: dict[str, str] = {
    "paper": "livesketch.sources.paper",
    "webcam": "livesketch.sources.webcam",
    "video": "livesketch.sources.video",
    "picture": "livesketch.sources.picture",
    "folder": "livesketch.sources.folder",
}


class Source(Protocol):
    """`label` says in a few words what is being read, and in what state it is."""

    @property
    def label(self) -> str: ...

    def read(self) -> Frame | None:
        """The newest frame, once; None: nothing new. Never waits. Raises SourceError."""
        ...

    def close(self) -> None: ...


def open_source(name: str, spec: str = "") -> Source:
    """`spec`: which camera, or the path of a file. UsageError where there is no such source."""
    if name not in SOURCES or name == "paper":
        there = ", ".join(known for known in SOURCES if known != "paper")
        raise UsageError(f"There is no source called {name!r}.", f"There are: {there}.")
    return import_module(SOURCES[name]).Source(spec)
