"""What the audience sees in each layout."""

import numpy as np
import pytest

from livesketch.parameters import parameter
from livesketch.post.layout import INK, LAYOUTS, PAPER, ROOM, compose, paper_picture


def red() -> np.ndarray:
    face = np.zeros((64, 64, 3), np.uint8)
    face[..., 0] = 255
    return face


def blank() -> np.ndarray:
    return np.ones((32, 32), np.float32)


def test_the_face_is_as_large_as_fits_and_in_the_middle() -> None:
    out = compose(red(), blank(), "face", (200, 100))
    is_red = (out == (255, 0, 0)).all(2)
    rows, columns = np.nonzero(is_red)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (0, 99, 50, 149)
    assert (out[~is_red] == ROOM).all()


def test_the_drawing_is_dark_ink_on_warm_paper() -> None:
    sketch = blank()
    sketch[8:24, 8:24] = 0
    out = compose(red(), sketch, "drawing", (64, 64))
    assert out[32, 32].tolist() == list(INK)
    assert out[2, 2].tolist() == list(PAPER)


@pytest.mark.parametrize(("size", "axis"), [((200, 100), 1), ((100, 200), 0)])
def test_side_by_side_the_drawing_comes_first(size: tuple[int, int], axis: int) -> None:
    out = compose(red(), blank(), "side by side", size)
    first, second = np.array_split(out, 2, axis=axis)
    assert first[50, 50].tolist() == list(PAPER)
    assert second[50, 50].tolist() == [255, 0, 0]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (1920, 1080)])
def test_any_size_can_be_asked_for(layout: str, size: tuple[int, int]) -> None:
    out = compose(red(), blank(), layout, size)
    assert out.shape == (size[1], size[0], 3)
    assert out.dtype == np.uint8


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_not_there_leaves_the_room(layout: str) -> None:
    assert (compose(None, None, layout, (60, 40)) == ROOM).all()


def test_an_unknown_layout_is_named() -> None:
    with pytest.raises(ValueError, match="sideways"):
        compose(red(), blank(), "sideways", (10, 10))


def test_paper_is_paper_and_ink_is_ink() -> None:
    assert paper_picture(blank())[0, 0].tolist() == list(PAPER)
    assert paper_picture(blank() * 0)[0, 0].tolist() == list(INK)


def test_a_drawing_over_the_face_darkens_it_only_where_there_is_ink() -> None:
    sketch = blank()
    sketch[:16] = 0
    out = compose(red(), sketch, "drawing over face", (64, 64))
    assert out[8, 32].tolist() == list(INK)
    assert out[56, 32].tolist() == [255, 0, 0]


def test_the_small_picture_lies_in_a_corner_of_the_large_one() -> None:
    out = compose(red(), blank(), "picture in picture", (100, 100))
    assert out[85, 85].tolist() == list(PAPER)
    assert out[50, 50].tolist() == [255, 0, 0]
    assert out[99, 99].tolist() == [255, 0, 0]


@pytest.mark.parametrize(("mix", "seen"), [(0.0, PAPER), (1.0, (255, 0, 0))])
def test_a_crossfade_goes_from_the_drawing_to_the_face(mix: float, seen: tuple[int, ...]) -> None:
    out = compose(red(), blank(), "crossfade", (60, 60), mix)
    assert out[30, 30].tolist() == list(seen)


def test_the_knob_offers_every_layout() -> None:
    assert parameter("layout").choices == LAYOUTS


def test_a_small_face_is_enlarged_smoothly() -> None:
    stairs = np.zeros((64, 64, 3), np.uint8)
    stairs[:, 32:] = 255
    row = compose(stairs, blank(), "face", (512, 512))[256, :, 0].astype(int)
    rise = row[(row > 20) & (row < 235)]
    assert len(rise) >= 6  # a soft edge where enlarged pixels would make one step
    assert (np.diff(rise) > 0).all()
