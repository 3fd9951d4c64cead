"""`livesketch weights get`: whole files are brought in, everything else is said in a sentence."""

import hashlib
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from download_site import CONFIRM_PAGE, QUOTA_PAGE, Site, lead_here, open_site
from published import psp_content, small_psp
from tiny import TINY, write_tiny

from livesketch import cli
from livesketch.errors import ModelError
from livesketch.models import fetching, weights
from livesketch.models.engine import open_model
from livesketch.models.published import PUBLISHED, published
from livesketch.places import user_dir

PATH = "/files/tiny.safetensors"
LARGE = replace(TINY, reader=(192, 192, 192, 8))  # more than what is fetched at once


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("site") / "tiny.safetensors"
    return write_tiny(path, config=LARGE).read_bytes()


@pytest.fixture
def site(good: bytes) -> Iterator[Site]:
    with open_site() as made:
        made.files[PATH] = good
        yield made


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def left() -> list[str]:
    folder = user_dir("cache") / "fetched"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def went_on(site: Site) -> bool:
    """Whether more than the whole file was asked for: the rest of what was here."""
    return any(path == PATH and span not in ("", "bytes=0-") for path, span in site.asked)


# it works


def test_a_file_is_fetched_checked_and_plays_and_its_progress_is_told(
    site: Site, good: bytes
) -> None:
    told: list[tuple[int, int | None]] = []
    info = fetching.get(site.url(PATH), progress=lambda so_far, total: told.append((so_far, total)))
    assert (info.name, info.source, info.digest) == ("tiny", "yours", digest(good))
    assert info.path.read_bytes() == good
    assert told[-1] == (len(good), len(good))
    assert open_model("tiny", runtime="torch").name == "tiny"
    assert left() == []


def test_what_is_here_already_is_not_fetched_again(site: Site) -> None:
    first = fetching.get(site.url(PATH))
    asked = len(site.asked)
    assert fetching.get(site.url(PATH)).digest == first.digest
    assert len(site.asked) == asked


def test_a_cut_connection_goes_on_where_it_stopped(site: Site, good: bytes) -> None:
    site.cuts = [len(good) // 2]
    assert fetching.get(site.url(PATH)).digest == digest(good)
    assert went_on(site)


def test_a_fetch_that_failed_yesterday_goes_on_today(site: Site, good: bytes) -> None:
    site.cuts = [len(good) // 2, 0, 0, 0]
    with pytest.raises(ModelError, match="half-way") as caught:
        fetching.get(site.url(PATH))
    assert "goes on from there" in caught.value.hint
    assert len(left()) == 1
    site.cuts = []
    site.asked.clear()
    assert fetching.get(site.url(PATH)).digest == digest(good)
    assert went_on(site)


def test_a_site_that_cannot_go_on_begins_anew(site: Site, good: bytes) -> None:
    site.has_ranges, site.cuts = False, [len(good) // 2]
    assert fetching.get(site.url(PATH)).digest == digest(good)


# a published file is converted, with its terms


def test_a_published_name_is_fetched_from_its_makers_and_converted(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = published("psp-sketch")
    file = tmp_path / "famous.pt"
    torch.save(psp_content(small_psp()), file)
    drive_id = row.url.partition("id=")[2]
    site.pages[f"/drive.google.com/uc?id={drive_id}"] = CONFIRM_PAGE.replace("{id}", drive_id)
    confirmed = f"/drive.usercontent.google.com/download?id={drive_id}&confirm=t"
    site.files[confirmed] = file.read_bytes()
    lead_here(monkeypatch, site)
    info = fetching.get("psp-sketch")
    assert info.path == weights.own_dir() / "psp-sketch.safetensors"
    assert info.digest == digest(file.read_bytes())
    assert "non-commercial" in info.terms
    assert open_model("psp-sketch", device="cpu").kind == "psp"
    assert left() == []
    asked = len(site.asked)
    assert fetching.get("psp-sketch").digest == info.digest
    assert len(site.asked) == asked


# what sites do instead


def test_a_quota_page_of_google_drive_is_explained(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive_id = published("psp-seg").url.partition("id=")[2]
    site.pages[f"/drive.google.com/uc?id={drive_id}"] = QUOTA_PAGE
    lead_here(monkeypatch, site)
    with pytest.raises(ModelError, match="too many have fetched it") as caught:
        fetching.get("psp-seg")
    assert "tomorrow" in caught.value.hint
    assert "weights add FILE" in caught.value.hint
    assert left() == []


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (QUOTA_PAGE, "too many have fetched it"),
        ("<html><head><title>Sign in &amp; go on</title></head>", "web page (Sign in & go on)"),
    ],
)
def test_a_web_page_in_place_of_the_file_is_named_and_thrown_away(
    site: Site, page: str, said: str
) -> None:
    site.pages["/file.pt"] = page
    with pytest.raises(ModelError) as caught:
        fetching.get(site.url("/file.pt"))
    assert said in caught.value.message
    assert caught.value.hint
    assert left() == []


@pytest.mark.parametrize(("status", "said"), [(404, "no such file"), (500, "500"), (429, "many")])
def test_an_answer_that_is_an_error_is_said(site: Site, status: int, said: str) -> None:
    site.states["/file.pt"] = status
    with pytest.raises(ModelError, match=said):
        fetching.get(site.url("/file.pt"))


def test_no_network_is_one_sentence_and_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert cli.run(["weights", "get", f"http://127.0.0.1:{port}/file.pt"]) == 2
    said = capsys.readouterr().err
    assert "127.0.0.1 cannot be reached" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1


# what came is not what it should be


def test_another_file_under_the_same_address_is_refused_and_kept_aside(
    site: Site, good: bytes, tmp_path: Path
) -> None:
    info = fetching.get(site.url(PATH))
    info.path.unlink()
    other = write_tiny(tmp_path / "other.safetensors", seed=5).read_bytes()
    site.files[PATH] = other
    with pytest.raises(ModelError, match="another file than before") as caught:
        fetching.get(site.url(PATH))
    assert digest(other) in caught.value.message
    assert digest(good) in caught.value.message
    assert not info.path.exists()
    assert left() == [f"tiny.safetensors.refused-{digest(other)[:12]}"]
    site.files[PATH] = good  # the right one is taken again
    assert fetching.get(site.url(PATH)).digest == digest(good)


def test_a_sum_that_is_known_beforehand_is_held_to(site: Site, good: bytes) -> None:
    with pytest.raises(ModelError, match="another file"):
        fetching.get(site.url(PATH), sha256="0" * 64)
    with pytest.raises(ModelError, match="no SHA-256"):
        fetching.get(site.url(PATH), sha256="abc")
    assert fetching.get(site.url(PATH), sha256=digest(good).upper()).digest == digest(good)


def test_a_broken_model_is_refused_kept_aside_and_not_remembered(site: Site, good: bytes) -> None:
    site.files[PATH] = good[:-100]
    with pytest.raises(ModelError, match="cut short") as caught:
        fetching.get(site.url(PATH))
    assert "lies at" in caught.value.hint
    assert not weights.own_dir().exists()
    site.files[PATH] = good
    assert fetching.get(site.url(PATH)).digest == digest(good)


def test_a_name_is_not_taken_from_another_model_before_anything_is_fetched(
    site: Site, tmp_path: Path
) -> None:
    weights.add(write_tiny(tmp_path / "tiny.safetensors", seed=7))
    with pytest.raises(ModelError, match="another model called 'tiny'"):
        fetching.get(site.url(PATH))
    assert site.asked == []
    assert fetching.get(site.url(PATH), "second").name == "second"


def test_a_file_that_changed_after_it_was_brought_in_is_found_by_check(site: Site) -> None:
    path = fetching.get(site.url(PATH)).path
    assert weights.check("tiny").path == path
    changed = bytearray(path.read_bytes())
    changed[-2] ^= 1  # still finite numbers, still of the right shape
    path.write_bytes(changed)
    with pytest.raises(ModelError, match="has changed since"):
        weights.check("tiny")


# what can be had


def test_the_list_names_what_is_here_and_what_can_be_fetched(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["weights", "get", site.url(PATH), "--name", "mine"]) == 0
    said = capsys.readouterr().out
    assert "mine is here now" in said
    assert f"SHA-256 {digest(site.files[PATH])}" in said
    assert cli.run(["weights", "list"]) == 0
    said = capsys.readouterr().out
    assert "default: a drawing to a face; livesketch's own network, 256×256" in said
    assert "mine: a drawing to a face" in said
    for row in PUBLISHED:
        assert f"{row.name}: " in said
        assert row.terms in said
        assert row.page in said
    assert "psp-seg: painted parts of a face to a face; pixel2style2pixel, 1024×1024" in said


def test_names_that_are_not_published_say_which_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["weights", "get", "psp-sketsch"]) == 2
    assert "psp-sketch" in capsys.readouterr().err
    assert cli.run(["weights", "check", "psp-sketch"]) == 2
    assert "weights get psp-sketch" in capsys.readouterr().err
