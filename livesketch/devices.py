"""What is plugged in: what is there, what is missing, and what to do about it. Nothing is opened or changed."""

import ctypes
import json
import logging
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from livesketch.errors import LivesketchError
from livesketch.places import user_dir
from livesketch.sound.microphone import microphones
from livesketch.sources.webcam import list_cameras
from livesketch.tablet import PENS
from livesketch.tablet.listing import kernel_pens, x11_pens

log = logging.getLogger(__name__)

TORCH = "torch==2.13.0"  # the version that the README installs
CUDA_INDEX = "https://download.pytorch.org/whl/cu130"


@dataclass(frozen=True)
class Finding:
    """One kind of thing: what was found, one line each; what is missing; what to do about it."""

    kind: str
    found: tuple[str, ...] = ()
    missing: str = ""
    hint: str = ""


def survey(root: Path = Path("/")) -> list[Finding]:
    """Every probe's finding, in the table's order. One that fails says so and hides no other."""
    findings = []
    for kind, probe in PROBES.items():
        try:
            findings.append(probe(root))
        except Exception as error:  # whatever a driver does, the other lines are still worth having
            log.exception("looking for %s failed", kind)
            findings.append(
                Finding(kind, missing=f"Looking for {kind} failed: {error}.", hint="See the log.")
            )
    return findings


def cameras(root: Path) -> Finding:
    kind = "cameras"
    if sys.platform.startswith("linux"):
        return _linux_cameras(kind, root)
    if sys.platform == "darwin":
        names = [row["_name"] for row in _mac_profile("SPCameraDataType")]
    else:
        query = "Get-PnpDevice -Class Camera,Image -Status OK | ForEach-Object FriendlyName"
        names = _lines_of("powershell", "-NoProfile", "-Command", query)
    found = tuple(f"{number}  {name}" for number, name in enumerate(names))
    if found:
        return Finding(kind, found)
    return Finding(kind, missing="No camera is plugged in.", hint=_NO_CAMERA)


_NO_CAMERA = "Plug one in, or play a file: livesketch webcam --video FILE."


def _linux_cameras(kind: str, root: Path) -> Finding:
    there = list_cameras(root / "sys/class/video4linux")
    if not there:
        return Finding(kind, missing="No camera is plugged in.", hint=_NO_CAMERA)
    found = tuple(f"{camera.number}  {camera.name}" for camera in there)
    devices = [root / f"dev/video{camera.number}" for camera in there]
    closed = next((path for path in devices if not os.access(path, os.R_OK | os.W_OK)), None)
    if closed is None:
        return Finding(kind, found)
    if closed.exists():
        return Finding(
            kind,
            found,
            f"/dev/{closed.name} may not be opened by you.",
            "Run: sudo usermod -aG video $USER, then log in again.",
        )
    return Finding(
        kind,
        found,
        f"/dev/{closed.name} is not there, although the kernel knows the camera.",
        f"In a container, pass it in: --device /dev/{closed.name}.",
    )


def displays(root: Path) -> Finding:
    kind = "displays"
    if sys.platform == "darwin":
        cards = _mac_profile("SPDisplaysDataType")
        screens = [screen for card in cards for screen in card.get("spdisplays_ndrvs", ())]
        return Finding(kind, tuple(str(screen.get("_name", "screen")) for screen in screens))
    if sys.platform == "win32":
        user32 = ctypes.windll.user32
        size = f"{user32.GetSystemMetrics(0)}×{user32.GetSystemMetrics(1)}"
        return Finding(kind, (f"{user32.GetSystemMetrics(80)} screens, the first one {size}",))
    x11, wayland = os.environ.get("DISPLAY"), os.environ.get("WAYLAND_DISPLAY")
    if x11:
        return _x11_screens(kind, x11)
    found = tuple(_connected_screens(root))
    if wayland:
        return Finding(kind, (*found, f"a Wayland desktop ({wayland})"))
    return Finding(
        kind,
        found,
        "No window can open here: neither DISPLAY nor WAYLAND_DISPLAY is set.",
        "Over SSH, livesketch render works without a window; "
        "to play on this machine's own screen: DISPLAY=:0 livesketch.",
    )


def _x11_screens(kind: str, name: str) -> Finding:
    try:
        xdisplay, randr = import_module("Xlib.display"), import_module("Xlib.ext.randr")
    except ImportError:
        return Finding(
            kind,
            (f"an X11 desktop ({name})",),
            "Its screens cannot be listed: python-xlib is not installed.",
            "pip install python-xlib",
        )
    try:
        display = xdisplay.Display(name)
    except Exception as error:  # python-xlib lets sockets' and its own errors through
        return Finding(
            kind,
            missing=f"The desktop {name} does not answer: {str(error).strip() or 'no reason given'}.",
            hint="Log in on that screen, or over SSH use livesketch render.",
        )
    try:
        root = display.screen().root
        if not display.has_extension("RANDR"):
            return Finding(
                kind, (f"{display.screen().width_in_pixels}×{root.get_geometry().height}",)
            )
        found = []
        for monitor in randr.get_monitors(root).monitors:
            label = display.get_atom_name(monitor.name)
            first = ", the first one" if monitor.primary else ""
            found.append(f"{label}  {monitor.width_in_pixels}×{monitor.height_in_pixels}{first}")
        return Finding(kind, tuple(found))
    finally:
        display.close()


def _connected_screens(root: Path) -> list[str]:
    """What the kernel's graphics drivers see, desktop or not."""
    found = []
    for status in sorted((root / "sys/class/drm").glob("card*-*/status")):
        if status.read_text().strip() == "connected":
            modes = (status.parent / "modes").read_text().split()
            size = modes[0].replace("x", "×") if modes else "size unknown"
            found.append(f"{status.parent.name.partition('-')[2]}  {size}")
    return found


def tablets(root: Path) -> Finding:
    kind = "tablets"
    if sys.platform == "win32":
        found = tuple(import_module("livesketch.tablet.windows").windows_pens())
        if found:
            return Finding(kind, found)
        return Finding(kind, missing="No pen tablet is plugged in.", hint="A mouse draws as well.")
    if sys.platform == "darwin":
        return Finding(
            kind,
            missing="macOS lists no pens before one comes near.",
            hint="Draw with yours: the line at the window's foot names what is heard.",
        )
    found = tuple(x11_pens())
    if found and "x11" in PENS:
        return Finding(kind, found)
    found = found or tuple(kernel_pens(root))
    if found:
        return Finding(
            kind,
            found,
            "Here a pen draws as a mouse does: its pressure is not used.",
            "The line's width follows the speed of the hand instead.",
        )
    return Finding(kind, missing="No pen tablet is plugged in.", hint="A mouse draws as well.")


def midi(root: Path) -> Finding:
    kind = "MIDI ports"
    later = "To play by MIDI: pip install 'livesketch[midi]', then livesketch --midi."
    if sys.platform.startswith("linux"):
        clients = root / "proc/asound/seq/clients"
        if not clients.is_file():
            return Finding(kind, missing="There is no MIDI here: no ALSA sequencer.", hint=later)
        lines = [
            line.split('"')[1]
            for line in clients.read_text(errors="replace").splitlines()
            if line.startswith("Client") and line.count('"') >= 2
        ]
        names = [name for name in lines if name not in ("System", "Midi Through")]
    else:
        try:
            names = import_module("rtmidi").MidiIn().get_ports()
        except (ImportError, SystemError):
            return Finding(kind, missing="MIDI ports cannot be listed here.", hint=later)
    missing = "" if names else "No MIDI device is plugged in."
    return Finding(kind, tuple(names), missing, later)


def sound(root: Path) -> Finding:
    kind = "microphones"
    try:
        names = tuple(microphones())
    except LivesketchError as error:
        return Finding(kind, missing=error.message, hint=error.hint)
    hint = "To react to sound: livesketch --sound."
    return Finding(kind, names, "" if names else "No microphone is plugged in.", hint)


def torch(root: Path) -> Finding:
    kind = "PyTorch"
    card = _nvidia_card(root)
    build = _installed("torch")
    if not build:
        return Finding(kind, missing="PyTorch is not installed.", hint=f"pip install {TORCH}")
    try:
        accelerators = import_module("livesketch.models.accelerators")
    except (ImportError, OSError) as error:
        return Finding(
            kind,
            missing=f"PyTorch {build} does not start: {error}.",
            hint=f"pip install --force-reinstall {TORCH}",
        )
    found = tuple(f"{build}: {line}" for line in accelerators.torch_devices())
    if card and not accelerators.has_cuda():
        where = "" if sys.platform.startswith("linux") else f" --index-url {CUDA_INDEX}"
        return Finding(
            kind,
            found,
            f"An NVIDIA card is here ({card}), but this PyTorch cannot use it.",
            f"Run: pip install --force-reinstall {TORCH}{where}, "
            "and if that changes nothing, update the card's driver.",
        )
    return Finding(kind, found)


def _nvidia_card(root: Path) -> str:
    """Its name, asked without loading CUDA; empty where there is none."""
    for facts in sorted((root / "proc/driver/nvidia/gpus").glob("*/information")):
        for line in facts.read_text(errors="replace").splitlines():
            if line.startswith("Model:"):
                return line.partition(":")[2].strip()
    if root != Path("/"):
        return ""
    names = _lines_of("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    return names[0] if names else ""


def openvino(root: Path) -> Finding:
    kind = "OpenVINO"
    build = _installed("openvino")
    if not build:
        return Finding(
            kind,
            missing="OpenVINO is not installed: PyTorch plays the model, slower on a processor.",
            hint="pip install openvino",
        )
    import_module("livesketch.models")  # it keeps OpenVINO from reporting its use
    core = import_module("openvino").Core()
    names = [
        f"{name}: {core.get_property(name, 'FULL_DEVICE_NAME')}" for name in core.available_devices
    ]
    return Finding(kind, tuple(f"{build.split('-')[0]}: {name}" for name in names))


def mediapipe(root: Path) -> Finding:
    """Asked of the installed files: importing it takes seconds."""
    kind = "MediaPipe"
    build = _installed("mediapipe")
    if not build:
        return Finding(
            kind,
            missing="MediaPipe is not installed: faces in pictures and cameras cannot be found.",
            hint="pip install mediapipe==0.10.21 (Python 3.11 or 3.12)",
        )
    numbers = [int(part) for part in build.split(".")[:3] if part.isdigit()]
    if numbers < [0, 10, 30]:
        return Finding(kind, (f"{build}, with its own face model",))
    task = user_dir("data") / "face_landmarker.task"
    if task.is_file():
        return Finding(kind, (f"{build}, with {task}",))
    return Finding(
        kind,
        (build,),
        "This MediaPipe brings no face model: cameras and photos do not work, drawing does.",
        f"Put MediaPipe's face_landmarker.task into {task.parent}, or use Python 3.11 or 3.12.",
    )


def machine(root: Path) -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = platform.python_version()
    return Finding("machine", (f"{platform.platform()}, {cores} cores, Python {python}",))


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _lines_of(*command: str) -> list[str]:
    """What a program of the system prints; nothing where it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return (
        [line.strip() for line in done.stdout.splitlines() if line.strip()]
        if not done.returncode
        else []
    )


def _mac_profile(kind: str) -> list[dict]:
    lines = _lines_of("system_profiler", kind, "-json")
    return json.loads("\n".join(lines)).get(kind, []) if lines else []


# Each library is imported by its own probe, so that one that is missing or broken hides no other.
PROBES: dict[str, Callable[[Path], Finding]] = {
    "machine": machine,
    "cameras": cameras,
    "displays": displays,
    "tablets": tablets,
    "MIDI ports": midi,
    "microphones": sound,
    "PyTorch": torch,
    "OpenVINO": openvino,
    "MediaPipe": mediapipe,
}
