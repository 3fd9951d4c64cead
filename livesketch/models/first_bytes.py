"""What a file that is no .safetensors looks like, told from its first bytes."""

from pathlib import Path


def is_web_page(start: bytes) -> bool:
    """Whether a file that begins so is a page about a file instead of the file."""
    return start.lstrip()[:64].lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<head"))


def guess(path: Path) -> str:
    """What a file that is no .safetensors looks like, in words; empty where it may be one."""
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if not start:
        return "it is empty (0 bytes)"
    if is_web_page(start):
        return "it is a web page"
    if start.startswith(b"PK\x03\x04"):
        return "it looks like a PyTorch .pt or another zip archive"
    if start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05":
        return "it looks like a pickle, which is a program"
    if start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")):
        return "it is a picture or a film"
    if start[8:9] != b"{":
        return "it is no .safetensors file"
    return ""


def hint_for(looks_like: str) -> str:
    """What to do about a file that looks like this, in the words of `guess`."""
    if "web page" in looks_like:
        return "The download failed: fetch the file itself, not the page about it."
    if "PyTorch" in looks_like or "pickle" in looks_like:
        return "It was not opened. `livesketch weights add FILE` brings in a published .pt or .pkl."
    if "empty" in looks_like or "read" in looks_like:
        return "Fetch it again."
    return "Give a .safetensors file made by `livesketch train`."
