"""`livesketch devices` says what is there, what is missing and what to do, and no probe hides another."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from livesketch import devices
from livesketch.devices import Finding, cameras, displays, mediapipe, midi, survey, tablets

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a Linux system's folders")

WACOM = """I: Bus=0003 Vendor=056a Product=0374 Version=0110
N: Name="Wacom Intuos S Pen"
H: Handlers=mouse2 event9
B: KEY=1c03 0 0 0 0 0
B: ABS=1000003000003

I: Bus=0011 Vendor=0002 Product=0007 Version=01b1
N: Name="SynPS/2 Synaptics TouchPad"
H: Handlers=mouse0 event5
B: KEY=e420 10000 0 0 0 0
B: ABS=660800011000003
"""


def node(root: Path, number: int, name: str, index: int, is_openable: bool = True) -> None:
    folder = root / f"sys/class/video4linux/video{number}"
    folder.mkdir(parents=True)
    (folder / "name").write_text(name + "\n")
    (folder / "index").write_text(f"{index}\n")
    if is_openable:
        (root / "dev").mkdir(exist_ok=True)
        (root / f"dev/video{number}").touch()


@linux
def test_each_camera_is_listed_once_with_its_number(tmp_path: Path) -> None:
    node(tmp_path, 0, "HD Webcam", 0)
    node(tmp_path, 1, "HD Webcam", 1)
    node(tmp_path, 2, "Stage Cam", 0)
    node(tmp_path, 10, "Capture Card", 0)
    finding = cameras(tmp_path)
    assert [line.split()[0] for line in finding.found] == ["0", "2", "10"]
    assert "Stage Cam" in finding.found[1]
    assert finding.missing == ""


@linux
def test_no_camera_names_the_way_without_one(tmp_path: Path) -> None:
    finding = cameras(tmp_path)
    assert finding.found == ()
    assert "--video" in finding.hint


@linux
def test_a_camera_that_was_not_passed_into_the_container_is_explained(tmp_path: Path) -> None:
    node(tmp_path, 0, "HD Webcam", 0, is_openable=False)
    finding = cameras(tmp_path)
    assert len(finding.found) == 1
    assert "--device /dev/video0" in finding.hint


@linux
@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may open everything")
def test_a_camera_of_another_group_names_the_command(tmp_path: Path) -> None:
    node(tmp_path, 0, "HD Webcam", 0)
    (tmp_path / "dev/video0").chmod(0)
    assert "usermod -aG video" in cameras(tmp_path).hint


@linux
def test_without_a_desktop_the_way_over_ssh_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    status = tmp_path / "sys/class/drm/card0-HDMI-A-1"
    status.mkdir(parents=True)
    (status / "status").write_text("connected\n")
    (status / "modes").write_text("1920x1080\n1280x720\n")
    finding = displays(tmp_path)
    assert finding.found == ("HDMI-A-1  1920×1080",)
    assert "render" in finding.hint


@linux
def test_a_desktop_that_does_not_answer_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    finding = displays(tmp_path)
    assert "does not answer" in finding.missing
    assert finding.hint


@linux
@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="xvfb is not installed")
def test_a_real_x_server_lists_its_screen() -> None:
    script = (
        "from pathlib import Path; from livesketch.devices import displays; "
        "print(displays(Path('/')).found)"
    )
    server = ["xvfb-run", "-a", "-s", "-screen 0 1024x600x24"]
    run = subprocess.run(
        [*server, sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert "1024×600" in run.stdout, run.stderr


@linux
def test_a_pen_tablet_is_told_from_a_touchpad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    listing = tmp_path / "proc/bus/input/devices"
    listing.parent.mkdir(parents=True)
    listing.write_text(WACOM)
    assert tablets(tmp_path).found == ("Wacom Intuos S Pen: pressure, distance",)


@linux
def test_midi_ports_are_those_of_devices(tmp_path: Path) -> None:
    clients = tmp_path / "proc/asound/seq/clients"
    clients.parent.mkdir(parents=True)
    clients.write_text(
        'Client info\n  cur  clients : 3\nClient   0 : "System" [Kernel]\n  Port   0 : "Timer"\n'
        'Client  14 : "Midi Through" [Kernel]\nClient  24 : "nanoKONTROL2" [Kernel]\n'
    )
    assert midi(tmp_path).found == ("nanoKONTROL2",)
    assert "no ALSA sequencer" in midi(tmp_path / "elsewhere").missing


@linux
def test_an_nvidia_card_that_pytorch_cannot_use_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accelerators = pytest.importorskip("livesketch.models.accelerators")
    monkeypatch.setattr(accelerators, "has_cuda", lambda: False)
    facts = tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0/information"
    facts.parent.mkdir(parents=True)
    facts.write_text("Model: \t\t NVIDIA GeForce RTX 4070\nIRQ: 100\n")
    finding = devices.torch(tmp_path)
    assert "NVIDIA GeForce RTX 4070" in finding.missing
    assert "pip install" in finding.hint
    assert finding.found, "what PyTorch can use is listed all the same"


def test_a_mediapipe_without_models_says_where_its_file_belongs(
    monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    monkeypatch.setattr(devices, "_installed", lambda package: "0.10.32")
    assert str(own_home / "data") in mediapipe(Path("/")).hint
    (own_home / "data").mkdir()
    (own_home / "data/face_landmarker.task").touch()
    assert mediapipe(Path("/")).missing == ""


def test_one_broken_probe_hides_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(root: Path) -> Finding:
        raise RuntimeError("the driver is on fire")

    def fine(root: Path) -> Finding:
        return Finding("doors", ("one",))

    monkeypatch.setattr(devices, "PROBES", {"fires": broken, "doors": fine})
    first, second = survey(tmp_path)
    assert "on fire" in first.missing
    assert second.found == ("one",)


def test_the_whole_survey_answers_on_this_machine() -> None:
    findings = survey()
    assert [finding.kind for finding in findings] == list(devices.PROBES)
    for finding in findings:
        assert finding.found or finding.missing, finding.kind
        assert not finding.missing or finding.hint, f"{finding.kind}: what to do about it?"
        assert "failed" not in finding.missing, finding
