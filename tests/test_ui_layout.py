"""Where the pictures lie at any size of the window."""

import pytest

from livesketch.ui.layout import Focus, arrange

SIZES = [(1440, 810), (1000, 700), (600, 900), (480, 360), (2880, 1620), (3440, 1440), (300, 200)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("is_panel_open", [False, True])
def test_two_equal_squares_within_the_window(size: tuple[int, int], is_panel_open: bool) -> None:
    for focus in (Focus.EVERYTHING, Focus.PICTURES):
        layout = arrange(size, focus, is_panel_open)
        assert layout.paper.size == layout.face.size
        assert layout.paper.width == layout.paper.height
        assert not layout.paper.colliderect(layout.face)
        for rect in (layout.paper, layout.face, layout.knobs, layout.looks, layout.rail):
            assert rect.x >= 0
            assert rect.right <= size[0]
            if size[1] > 300:
                assert rect.y >= 0
                assert rect.bottom <= size[1]


def test_pictures_fill_most_of_an_ordinary_window() -> None:
    layout = arrange((1440, 810))
    assert layout.paper.width > 0.78 * 810
    assert not layout.is_stacked


def test_a_narrow_window_stacks_them() -> None:
    layout = arrange((600, 900))
    assert layout.is_stacked
    assert layout.face.y > layout.paper.bottom


def test_only_the_face_fills_the_window() -> None:
    layout = arrange((1920, 1080), Focus.FACE)
    assert layout.face.size == (1080, 1080)
    assert layout.face.centerx == 960
    assert not layout.paper.width


def test_an_open_panel_covers_no_picture_where_there_is_room() -> None:
    layout = arrange((1440, 810), Focus.EVERYTHING, True)
    assert not layout.panel.colliderect(layout.face)
    assert not layout.panel.colliderect(layout.paper)


def test_everything_is_twice_as_large_on_twice_the_pixels() -> None:
    small, large = arrange((1440, 810)), arrange((2880, 1620))
    assert large.scale == 2 * small.scale
    assert large.paper.width == 2 * small.paper.width
    assert large.status.height == 2 * small.status.height
