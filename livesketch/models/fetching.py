"""Fetching weights from where they were published: progress, resuming, and sentences for what sites do instead."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import gdown
import requests

from livesketch.errors import ModelError
from livesketch.models import weights
from livesketch.models.first_bytes import is_web_page
from livesketch.models.pins import pin, pinned
from livesketch.models.published import PUBLISHED, published
from livesketch.models.weights import ModelInfo
from livesketch.places import user_dir

Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all where the site says it

TIMEOUT = (15.0, 60.0)  # seconds to be answered, and between two pieces
TRIES = 20  # in a row; each must have brought something
PAGE = 64 * 2**10  # bytes of a web page that are looked at
QUOTA = ("quota", "too many users", "too many accesses", "have had many accesses", "zu viele")


@dataclass(frozen=True)
class Asked:
    """What to fetch, and what to call it."""

    name: str
    url: str
    file: str
    terms: str = ""


def get(
    name_or_url: str,
    name: str | None = None,
    sha256: str = "",
    progress: Progress | None = None,
) -> ModelInfo:
    """Fetch a published file, check and convert it; `digest` of what comes back is that of the fetched file.

    name_or_url: a row of PUBLISHED, or an http(s) address. sha256: what it must be, where the
    caller knows; else what it was the first time. A fetch that is cut off goes on at the next call.
    Raises ModelError.
    """
    asked = _asked(name_or_url, name)
    known = sha256.lower() or pinned(asked.url)
    if sha256 and not re.fullmatch(r"[0-9a-f]{64}", known):
        raise ModelError(
            f"{sha256[:70]!r} is no SHA-256.", "It has 64 digits from 0 to 9 and a to f."
        )
    held = _held(asked, known)
    if held is not None:
        return held
    folder = _room()
    path = folder / asked.file
    if not path.is_file():  # whole, but not brought in the last time
        _download(asked.url, path, progress)
    _refuse_web_page(path, asked.url)
    digest = weights.digest_of(path)
    if known and digest != known:
        aside = path.with_name(f"{path.name}.refused-{digest[:12]}")
        path.replace(aside)
        raise ModelError(
            f"What {_site(asked.url)} sent is another file than before: its SHA-256 is {digest},"
            f" not {known}.",
            f"It was not brought in and lies at {aside}. If you trust it: "
            f"`livesketch weights add {aside}`.",
        )
    try:
        info = weights.add(path, asked.name, asked.terms)
    except ModelError as error:
        if "another model called" in error.message:  # the file is good: keep it for another name
            raise
        aside = path.with_name(f"{path.name}.refused-{digest[:12]}")
        path.replace(aside)
        raise ModelError(error.message, f"{error.hint} What came lies at {aside}.") from error
    pin(asked.url, digest)
    path.unlink()
    return replace(info, digest=digest)


def _asked(name_or_url: str, name: str | None) -> Asked:
    if not name_or_url.lower().startswith(("http://", "https://")):
        row = published(name_or_url)
        return Asked(name or row.name, row.url, row.file, row.terms)
    for row in PUBLISHED:
        if row.url == name_or_url:
            return Asked(name or row.name, row.url, row.file, row.terms)
    parts = urlsplit(name_or_url)
    file = PurePosixPath(unquote(parts.path)).name
    drive_id, _ = gdown.parse_url.parse_url(name_or_url)
    if drive_id is not None or not file:
        file = f"{drive_id or parts.hostname}.pt"
    file = re.sub(r"[^\w.-]", "_", file).lstrip(".") or "weights.pt"
    return Asked(name or Path(file).stem, name_or_url, file)


def _held(asked: Asked, known: str) -> ModelInfo | None:
    """What was brought in from this address before, if it is still here."""
    path = weights.own_dir() / (asked.name + weights.SUFFIX)
    if not path.is_file():
        return None
    if known and known in (weights.digest_of(path), weights.published_digest(path)):
        return replace(weights.read(path, "yours"), digest=known)
    raise ModelError(
        f"There is another model called {asked.name!r} here.", "Choose another: --name NAME."
    )


def _room() -> Path:
    folder = user_dir("cache") / "fetched"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            f"Nothing can be fetched to {folder}: {error.strerror}.",
            "Is the folder write-protected?",
        ) from error
    return folder


def _download(url: str, path: Path, progress: Progress | None) -> None:
    """The file at `path`, whole. What came before a cut stays beside it for the next time."""
    for _ in range(TRIES):
        before = _so_far(path)
        try:
            gdown.download(
                url,
                str(path),
                quiet=True,
                use_cookies=False,
                resume=True,
                timeout=TIMEOUT,
                progress=progress,
            )
            return
        except gdown.FileURLRetrievalError as error:
            raise _page_error(str(error), url) from error
        except requests.HTTPError as error:
            raise _status_error(error, url) from error
        except (gdown.DownloadError, requests.RequestException) as error:
            if "byte range" in str(error) and before:
                _forget(path)  # the site cannot go on from there, or has another file now
            elif _so_far(path) <= before:
                raise _network_error(url, before) from error
        except OSError as error:
            raise ModelError(
                f"{path.name} cannot be written to {path.parent}: {error.strerror or error}.",
                "Is the disk full, or the folder write-protected?",
            ) from error
    raise _network_error(url, _so_far(path))


def _parts(path: Path) -> list[Path]:
    """gdown's unfinished files of this one."""
    return [p for p in path.parent.glob(f"{path.name}*.part") if len(p.name) == len(path.name) + 13]


def _so_far(path: Path) -> int:
    return sum(part.stat().st_size for part in _parts(path))


def _forget(path: Path) -> None:
    for part in _parts(path):
        part.unlink(missing_ok=True)


def _site(url: str) -> str:
    return urlsplit(url).hostname or url


def _by_hand(url: str) -> str:
    return f"open {url} in a browser, save the file, and `livesketch weights add FILE`"


def _network_error(url: str, so_far: int) -> ModelError:
    hint = f"Is this machine online? Else on one that is: {_by_hand(url)}."
    if so_far:
        hint = f"{so_far / 1e6:.1f} MB are here; the same command goes on from there. {hint}"
    return ModelError(f"{_site(url)} cannot be reached, or gave up half-way.", hint)


def _status_error(error: requests.HTTPError, url: str) -> ModelError:
    status = 0 if error.response is None else error.response.status_code
    if status in (403, 429):
        return _quota_error(url)
    if status in (404, 410):
        return ModelError(
            f"{_site(url)} has no such file any more.", f"Its address was {url}: ask its makers."
        )
    return ModelError(f"{_site(url)} answers with error {status}.", "Try again later.")


def _refuse_web_page(path: Path, url: str) -> None:
    """A page that came in place of the file is read for what it says, and thrown away."""
    with path.open("rb") as file:
        start = file.read(PAGE)
    if is_web_page(start):
        path.unlink()
        raise _page_error(start.decode("utf-8", "replace"), url)


def _page_error(page: str, url: str) -> ModelError:
    if any(word in page.lower() for word in QUOTA):
        return _quota_error(url)
    title = re.search(r"<title[^>]*>([^<]{1,200})", page, re.IGNORECASE)
    said = f" ({html.unescape(title[1]).strip()})" if title else ""
    return ModelError(
        f"{_site(url)} sent a web page{said} instead of the file.",
        f"The file may have moved, or want a sign-in: {_by_hand(url)}.",
    )


def _quota_error(url: str) -> ModelError:
    return ModelError(
        f"{_site(url)} gives this file to nobody for now: too many have fetched it.",
        f"Try again tomorrow; or, signed in, {_by_hand(url)}.",
    )
