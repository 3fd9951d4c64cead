"""Published models of every task in the real window: brought in, chosen, and the picture follows what is shown."""

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from published import SMALL_PSP, psp_content, varied
from screen import SIZE, Screen
from test_real_tasks import has_palette, lies_at, settled, swatch, two_people, zigzag
from test_real_window import part, quickdraw_face
from ui_stage import Hand

from livesketch.frames import FACE_PARTS, Picture
from livesketch.models import weights
from livesketch.models.engine import Model, open_model
from livesketch.models.networks import psp

# name -> the channels that a published model of that task takes, and what its file says of itself
FILES: dict[str, tuple[int, dict[str, object]]] = {
    "drawing": (1, {"dataset_type": "celebs_sketch_to_face"}),
    "face-frontal": (3, {"dataset_type": "ffhq_frontalize"}),
    "face-inversion": (3, {"dataset_type": "ffhq_encode"}),
    "face-toonify": (3, {"dataset_type": "ffhq_encode", "exp_dir": "experiments/toonify"}),
    "parts": (len(FACE_PARTS), {"dataset_type": "celebs_seg_to_face"}),
    "thumbnail": (3, {"dataset_type": "celebs_super_resolution", "resize_factors": "1,2,4,8"}),
}
WORDS = {
    "face-frontal": "frontalization",
    "face-inversion": "inversion",
    "face-toonify": "toonify",
    "thumbnail": "super-resolution",
}
KEEN = 200.0  # untrained encoders hardly tell people apart


def keen_psp(channels: int, seed: int) -> psp.Network:
    """A small pSp network whose faces change with what it is shown, from an average for nothing at all."""
    network = psp.Network(replace(SMALL_PSP, input_channels=channels))
    varied(network, seed)
    nothing = torch.zeros(1, channels, psp.SIDE, psp.SIDE)
    nothing[:, 0] = float(channels != 3)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if name.startswith("encoder.") and name.endswith("linear.weight"):
                tensor.mul_(KEEN)
            if name.endswith("rgb.conv.weight"):
                tensor.mul_(0.3)  # or most of a picture is black or white
        network.latent_avg.mul_(2).sub_(network.encode(nothing)[0])
    return network


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folders, into which published models were brought, each with other numbers."""
    home = tmp_path_factory.mktemp("brought")
    with pytest.MonkeyPatch.context() as here:
        here.setenv("LIVESKETCH_HOME", str(home))
        for seed, (name, (channels, options)) in enumerate(FILES.items()):
            content = psp_content(keen_psp(channels, seed))
            content["opts"] |= options
            file = tmp_path_factory.getbasetemp() / f"{name}.pt"
            torch.save(content, file)
            info = weights.add(file)
            assert WORDS.get(name, "") in info.trained_on
    return home


@pytest.fixture
def home(brought: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = shutil.copytree(brought, tmp_path / "home")
    monkeypatch.setenv("LIVESKETCH_HOME", str(home))
    return home


def turn(screen: Screen, name: str, share: float, **playing: object) -> None:
    """Press the slider of a knob under the paper at a share of its way, while `playing` is so."""
    hand = Hand(SIZE)
    hand.facts |= {"kind": "psp", **playing}
    hand.turn()
    hand.turn()
    rect = hand.part(f"knob.{name}").rect
    hand.window.close()
    screen.hand("mousemove", round(rect.x + share * (rect.w - 1)), rect.centery + 8, "click", 1)


def small(picture: Picture, side: int = 64) -> np.ndarray:
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA).astype(float)


def is_face_of(shown: Picture, face: Picture) -> bool:
    """Whether the window shows that face, for all its scaling and rounded corners: 24 dB."""
    one, other = small(part(shown, "face")), small(face)
    return float(np.square(one - other)[4:-4, 4:-4].mean()) < 255**2 / 10**2.4


def photo_on(shown: Picture) -> Picture:
    """What the model is shown: it lies where the drawing was."""
    seen = part(shown, "paper")
    return np.asarray(cv2.resize(seen, (256, 256), interpolation=cv2.INTER_AREA), np.uint8)


def people_redone(screen: Screen, model: Model, look: int = 1, **settings: float) -> list[Picture]:
    """The photos of two people, once the window showed of each the face that the model makes of it."""
    photos: list[Picture] = []
    faces: dict[bytes, Picture] = {}  # making one costs the processor that the program needs

    def face_of(photo: Picture) -> Picture:
        key = photo.tobytes()
        if key not in faces:
            faces[key] = model.face(photo, look, settings)
        return faces[key]

    def are_redone(shown: Picture) -> bool:
        photo = photo_on(shown)
        if not is_face_of(shown, face_of(photo)):
            return False
        if all(np.abs(small(photo, 4) - small(one, 4)).mean() > 8 for one in photos):
            photos.append(photo)
        return len(photos) == 2

    shown = screen.until(are_redone, f"both people as {model.name} makes them")
    Image.fromarray(shown).save(screen.home / f"{model.name}-{look}-{len(settings)}.png")
    one, other = (face_of(photo).astype(float) for photo in photos)
    assert np.abs(one - other).mean() > 4  # one face for everybody would prove nothing
    return photos


def detail(photo: Picture) -> float:
    """How much there is in a photo that is smaller than an eye."""
    return float(np.abs(photo.astype(float) - cv2.GaussianBlur(photo, (0, 0), 6)).mean())


def test_the_camera_is_redone_by_every_task_in_turn(home: Path) -> None:
    people = two_people(home / "people")
    words = ("webcam", "--video", str(people), "--model", "face-frontal", "--runtime", "torch")
    screen = Screen(*words, home=home)
    try:
        screen.until(lambda shown: part(shown, "face").std() > 20, "the first face")
        screen.key("Escape")  # the tour of the first start
        for name in ("face-frontal", "face-inversion", "face-toonify"):
            model = open_model(name, device="cpu")
            assert model.task == "photo"
            people_redone(screen, model)
            if name == "face-inversion":
                # whose face it becomes is the drawer's to say: the next person's
                turn(screen, "photo_look", 1.0, task="photo", source="webcam")
                screen.key("space")
                people_redone(screen, model, 2, photo_look=1.0)
                turn(screen, "photo_look", 0.0, task="photo", source="webcam")
            screen.key("m")
        screen.key("m")  # past the painted parts
        model = open_model("thumbnail", device="cpu")
        assert model.task == "lowres"
        before = people_redone(screen, model)
        turn(screen, "shrink", 1.0, task="lowres", source="webcam")
        screen.until(
            lambda shown: detail(photo_on(shown)) < 0.6 * min(map(detail, before)), "a tiny picture"
        )
        people_redone(screen, model)
    finally:
        screen.close()


def test_a_doodle_is_a_person_of_the_generator_and_the_next_one_is_another(home: Path) -> None:
    screen = Screen("--model", "drawing", "--runtime", "torch", home=home)
    try:
        screen.until(lambda shown: part(shown, "paper").mean() > 200, "the paper")
        screen.key("Escape")
        strokes = quickdraw_face()
        screen.stroke(strokes[0])
        few = settled(screen, lambda face: face.std() > 20, "a face of one line")
        for stroke in strokes[1:]:
            screen.stroke(stroke)
        held = settled(screen, lambda face: differs(face, few), "a face of all lines")
        screen.key("space")
        other = settled(screen, lambda face: differs(face, held), "the next person")
        Image.fromarray(screen.look()).save(home / "drawing.png")
        screen.key("shift+space")
        again = settled(screen, lambda face: differs(face, other), "the first person again")
        assert np.array_equal(again, held)  # the noise is held, too
        # the network's plain answer is nobody's
        turn(screen, "look_mix", 0.0, task="sketch", source="paper")
        plain = settled(screen, lambda face: differs(face, held), "the plain answer")
        screen.key("space")
        turn(screen, "look_mix", 1.0, task="sketch", source="paper")
        settled(screen, lambda face: not differs(face, other, 1.0), "the next person, held")
        turn(screen, "look_mix", 0.0, task="sketch", source="paper")
        settled(screen, lambda face: np.array_equal(face, plain), "the very same plain answer")
    finally:
        screen.close()


def test_painted_parts_are_a_face_that_follows(home: Path) -> None:
    screen = Screen("--model", "parts", "--runtime", "torch", "--eraser-size", "70", home=home)
    try:
        screen.until(lambda shown: part(shown, "paper").mean() > 200, "the paper")
        screen.key("Escape")
        shown = screen.until(has_palette, "the palette")
        screen.hand("mousemove", *swatch(shown, "skin"), "click", 1)
        screen.stroke(zigzag(0.5, 0.5, 0.5, 0.6))
        screen.until(lambda shown: lies_at(shown, 0.5, 0.5, "skin"), "skin on the paper")
        skin = settled(screen, lambda face: face.std() > 20, "a face of skin")
        screen.hand("mousemove", *swatch(screen.look(), "hair"), "click", 1)
        screen.stroke(zigzag(0.5, 0.2, 0.6, 0.3))
        screen.until(lambda shown: lies_at(shown, 0.5, 0.2, "hair"), "hair on the paper")
        settled(screen, lambda face: differs(face, skin), "a face with hair")
        Image.fromarray(screen.look()).save(home / "parts.png")
    finally:
        screen.close()


def differs(one: Picture, other: Picture, least: float = 3.0) -> bool:
    return float(np.abs(one.astype(float) - other).mean()) > least
