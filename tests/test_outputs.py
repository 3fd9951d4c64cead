"""Outputs: the audience sees the last good picture whatever happens, and devices are opened and closed in order."""

import threading
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from stage import BLUE, GREEN, RED, Clock, result, show, until

from livesketch.errors import UsageError
from livesketch.frames import Picture, Show
from livesketch.outputs import OUTPUTS, Setup, ndi, open_output, spout, syphon, virtual_camera
from livesketch.outputs.optional import MissingError, library
from livesketch.outputs.painter import Painter
from livesketch.outputs.sender import SILENT_S, Sender

SMALL = Setup(size=(40, 30), fps=25)


def middle(picture: Picture) -> tuple[int, ...]:
    return tuple(int(value) for value in picture[picture.shape[0] // 2, picture.shape[1] // 2])


# what is seen


def test_the_face_fills_the_output_and_a_blackout_is_black_at_once() -> None:
    painter = Painter((40, 30))
    assert middle(painter.paint(show(RED))) == RED
    dark = painter.paint(replace(show(RED), is_blackout=True))
    assert dark.shape == (30, 40, 3)
    assert not dark.any()
    assert middle(painter.paint(show(GREEN))) == GREEN


def test_a_lost_face_leaves_the_last_good_one_but_an_empty_paper_empties_the_picture() -> None:
    painter = Painter((40, 30))
    painter.paint(show(RED))
    assert middle(painter.paint(Show())) == RED
    assert middle(painter.paint(show(None))) == RED
    assert middle(painter.paint(Show(result(None, is_empty=True)))) != RED


def test_a_held_show_stays_through_new_faces_and_a_blackout() -> None:
    painter = Painter((40, 30))
    painter.paint(show(RED))
    assert middle(painter.paint(replace(show(GREEN), is_held=True))) == RED
    painter.paint(replace(show(GREEN), is_held=True, is_blackout=True))
    assert middle(painter.paint(replace(show(BLUE), is_held=True))) == RED
    assert middle(painter.paint(show(BLUE))) == BLUE


def test_an_output_has_a_layout_of_its_own_or_that_of_the_show() -> None:
    both = replace(show(RED), layout="side by side")
    assert middle(Painter((40, 30), "face").paint(both)) == RED
    halves = Painter((40, 30)).paint(both)
    assert tuple(halves[15, 30]) == RED
    assert tuple(halves[15, 10]) != RED


def test_a_crossfade_follows_its_knob_from_the_drawing_to_the_face_while_it_plays() -> None:
    painter, fade = Painter((40, 30)), replace(show(RED), layout="crossfade")
    greens = [
        middle(painter.paint(replace(fade, mix=mix)))[1] for mix in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert greens == sorted(greens, reverse=True)  # from paper to red
    assert len(set(greens)) == 5
    assert greens[-1] == RED[1]


def test_the_same_show_is_painted_once() -> None:
    painter, same = Painter((40, 30)), show(RED)
    assert painter.paint(same) is painter.paint(same)


# devices


class Device:
    """A sink that writes down what happens to it."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self.closed = 0
        self.sent = 0
        self.error: Exception | None = None
        self.go = threading.Event()
        self.go.set()

    def send(self, picture: Picture) -> None:
        self.sent += 1
        assert self.go.wait(10)
        if self.error is not None:
            raise self.error
        self.pictures.append(picture)

    def close(self) -> None:
        self.closed += 1


def test_a_device_gets_pictures_of_its_size_and_is_closed_once() -> None:
    device = Device()
    out = Sender(lambda: device, (40, 30))
    assert until(lambda: (out.show(show(RED)), device.pictures)[1])
    assert until(lambda: (out.show(show(RED)), out.state == "playing")[1])
    out.close()
    out.show(show(GREEN))
    assert {picture.shape for picture in device.pictures} == {(30, 40, 3)}
    assert middle(device.pictures[-1]) == RED
    assert device.closed == 1
    assert out.state == "closed"


def test_a_broken_device_is_closed_and_opened_again_after_a_pause() -> None:
    clock, devices = Clock(), []

    def open_sink() -> Device:
        devices.append(Device())
        devices[-1].error = OSError("unplugged") if len(devices) == 1 else None
        return devices[-1]

    out = Sender(open_sink, (40, 30), clock=clock)
    assert until(lambda: (out.show(show(RED)), out.state.startswith("broken"))[1])
    assert "unplugged" in out.state
    assert devices[0].closed == 1
    out.show(show(RED))
    assert len(devices) == 1, "not hammered"
    clock.now += 1.5
    assert until(lambda: (out.show(show(GREEN)), out.state == "playing")[1])
    assert middle(devices[1].pictures[-1]) == GREEN
    out.close()


def test_a_device_that_failed_is_not_touched_again_and_closed_once() -> None:
    device, clock = Device(), Clock()
    device.error = OSError("unplugged")
    out = Sender(lambda: device, (40, 30), clock=clock)
    for _ in range(200):  # Shows may be on their way when it fails
        out.show(show(RED))
    assert until(lambda: (out.show(show(RED)), out.state.startswith("broken"))[1])
    out.close()
    assert device.closed == 1
    assert device.sent == 1


def test_a_device_that_hangs_delays_nobody_and_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livesketch.outputs.sender.SILENT_S", 0.05)
    clock, devices = Clock(), [Device(), Device()]
    devices[0].go.clear()
    waiting = iter(devices)
    out = Sender(lambda: next(waiting), (40, 30), clock=clock)
    longest = 0.0
    while "does not answer" not in out.state:
        began = time.monotonic()
        out.show(show(RED))
        longest = max(longest, time.monotonic() - began)
    assert longest < 5, "the device would have been waited for ten seconds"
    clock.now += 1.5
    assert until(lambda: (out.show(show(GREEN)), out.state == "playing")[1])
    devices[0].go.set()
    assert until(lambda: devices[0].closed == 1), "it lets go of the device when it wakes"
    out.close()
    assert devices[1].closed == 1
    assert SILENT_S == 2.0


def test_closing_does_not_wait_for_a_device_that_hangs() -> None:
    device = Device()
    device.go.clear()
    out = Sender(lambda: device, (40, 30))
    out.show(show(RED))
    out.close(timeout=0.05)
    device.go.set()
    assert until(lambda: device.closed == 1)


# the table, and libraries that are not here


def test_every_output_of_the_table_opens_and_an_unknown_one_is_named() -> None:
    for name in set(OUTPUTS) - {"recorder", "page"}:
        out = open_output(name, SMALL)
        out.close()
    with pytest.raises(UsageError, match="hologram"):
        open_output("hologram", SMALL)


def test_a_missing_library_says_what_to_install() -> None:
    with pytest.raises(MissingError, match=r"pip install 'livesketch\[ndi\]'"):
        library("a_library_nobody_has.part", "NDI", "ndi")


@pytest.mark.parametrize(("module", "words"), [(spout, "Windows"), (syphon, "macOS")])
def test_another_system_is_told_what_to_use_instead(module: Any, words: str) -> None:
    out = module.open_output(SMALL)
    assert until(lambda: (out.show(show(RED)), out.state.startswith("missing"))[1])
    assert words in out.state
    out.close()


# fake libraries: frames, sizes, closing


class FakeCamera:
    def __init__(self, width: int, height: int, fps: float, fmt: str, device: str | None) -> None:
        self.what = (width, height, fps, fmt, device)
        self.sent: list[Picture] = []
        self.is_closed = False

    def send(self, picture: Picture) -> None:
        assert not self.is_closed
        self.sent.append(picture)

    def close(self) -> None:
        self.is_closed = True


def test_the_virtual_camera_gets_rgb_of_its_size_and_is_closed() -> None:
    cameras: list[FakeCamera] = []

    def camera(*args: Any, **more: Any) -> FakeCamera:
        cameras.append(FakeCamera(*args, **more))
        return cameras[-1]

    fake = SimpleNamespace(Camera=camera, PixelFormat=SimpleNamespace(RGB="rgb"))
    out = virtual_camera.open_output(SMALL, fake)
    assert until(lambda: (out.show(show(RED)), out.state == "playing")[1])
    out.close()
    (made,) = cameras
    assert made.what == (40, 30, 25, "rgb", None)
    assert middle(made.sent[-1]) == RED
    assert made.is_closed


def test_without_its_driver_the_virtual_camera_says_which() -> None:
    def camera(*args: Any, **more: Any) -> None:
        raise RuntimeError("no backend")

    fake = SimpleNamespace(Camera=camera, PixelFormat=SimpleNamespace(RGB="rgb"))
    out = virtual_camera.open_output(SMALL, fake)
    assert until(lambda: (out.show(show(RED)), out.state.startswith("missing"))[1])
    assert any(hint in out.state for hint in virtual_camera.DRIVERS.values())
    out.close()


class FakeNdi:
    FourCC = SimpleNamespace(RGBX="rgbx")

    def __init__(self) -> None:
        self.log: list[tuple[str, Any]] = []

    def VideoSendFrame(self) -> Any:  # noqa: N802
        def note(name: str) -> Any:
            return lambda *args: self.log.append((name, args))

        return SimpleNamespace(
            set_resolution=note("size"), set_frame_rate=note("rate"), set_fourcc=note("fourcc")
        )

    def Sender(self, name: str, clock_video: bool) -> Any:  # noqa: N802
        def write(pixels: np.ndarray) -> bool:
            self.log.append(("write", pixels))
            return True

        return SimpleNamespace(
            set_video_frame=lambda frame: self.log.append(("frame", frame)),
            open=lambda: self.log.append(("open", name)),
            write_video=write,
            close=lambda: self.log.append(("close", name)),
        )


def test_ndi_sends_four_channels_of_the_whole_picture_and_closes() -> None:
    fake = FakeNdi()
    out = ndi.open_output(replace(SMALL, name="stage left"), fake)
    assert until(lambda: (out.show(show(RED)), out.state == "playing")[1])
    out.close()
    steps = dict(fake.log)
    assert steps["size"] == (40, 30)
    assert steps["rate"] == (25,)
    assert steps["open"] == "stage left"
    pixels = steps["write"].reshape(30, 40, 4)
    assert tuple(pixels[15, 20]) == (*RED, 255)
    assert fake.log[-1] == ("close", "stage left")


def test_spout_sends_named_pictures_and_lets_go() -> None:
    log: list[tuple[Any, ...]] = []

    def send(pixels: np.ndarray, *more: Any) -> bool:
        log.append((pixels.shape, *more))
        return True

    sender = SimpleNamespace(
        setSenderName=lambda name: log.append((name,)),
        sendImage=send,
        setFrameSync=lambda name: None,
        releaseSender=lambda: log.append(("released",)),
    )
    out = spout.open_output(SMALL, SimpleNamespace(SpoutSender=lambda: sender))
    assert until(lambda: (out.show(show(RED)), out.state == "playing")[1])
    out.close()
    assert log[0] == ("livesketch",)
    assert log[1] == ((30, 40, 4), 40, 30, 0x1908, False, 0)
    assert log[-1] == ("released",)


def test_syphon_publishes_a_filled_texture_and_stops() -> None:
    log: list[tuple[Any, ...]] = []
    server = SimpleNamespace(
        device="card",
        publish_frame_texture=lambda texture: log.append(("published", texture)),
        stop=lambda: log.append(("stopped",)),
    )
    fake = SimpleNamespace(
        SyphonMetalServer=lambda name: server,
        create_mtl_texture=lambda device, width, height: (device, width, height),
        copy_image_to_mtl_texture=lambda image, texture: log.append((image.shape, texture)),
    )
    out = syphon.open_output(SMALL, fake)
    assert until(lambda: (out.show(show(RED)), out.state == "playing")[1])
    out.close()
    assert log[0] == ((30, 40, 4), ("card", 40, 30))
    assert log[1] == ("published", ("card", 40, 30))
    assert log[-1] == ("stopped",)
