"""The measures themselves: known answers on made-up numbers, and the same ones as shared/metrics gives."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from measuring import measures_of, small_appearance, small_identity
from scipy import linalg, stats

from livesketch.errors import ModelError
from livesketch.evaluation import landmarks as lm
from livesketch.evaluation.distances import frechet, kernel_distance, rank_correlation, spread
from livesketch.evaluation.features import (
    APPEARANCE_FILE,
    IDENTITY_FILE,
    Appearance,
    Identity,
    load_features,
)
from livesketch.evaluation.finder import Finder, read_square
from livesketch.evaluation.inception import INCEPTION_FILE
from livesketch.frames import Picture

FACES = sorted((Path(__file__).parent / "data").glob("face-*.jpg"))


@pytest.fixture(scope="module")
def finder() -> Iterator[Finder]:
    finder = Finder()
    yield finder
    finder.close()


@pytest.fixture(scope="module")
def metrics(shared: Path) -> Iterator[ModuleType]:
    with measures_of(shared) as module:
        yield module


@pytest.fixture(scope="module")
def photos() -> list[Picture]:
    return [read_square(path) for path in FACES]


# --- distances


def test_frechet_distance_of_a_set_to_itself_is_zero_and_grows_with_a_shift() -> None:
    features = np.random.default_rng(0).normal(size=(50, 12))
    covariance = np.cov(features, rowvar=False)
    assert frechet(features, features.mean(0), covariance) == pytest.approx(0, abs=1e-6)
    assert frechet(features, features.mean(0) + 2, covariance) == pytest.approx(4 * 12)


@pytest.mark.parametrize("n", [5, 200])
def test_frechet_distance_is_the_textbooks(n: int) -> None:
    rng = np.random.default_rng(n)
    made = rng.normal(size=(n, 20)) @ rng.normal(size=(20, 20))
    real = rng.normal(size=(100, 20)) @ rng.normal(size=(20, 20))
    covariance = np.cov(real, rowvar=False)
    cov = np.cov(made, rowvar=False)
    root = np.real(linalg.sqrtm(cov @ covariance + 1e-12 * np.eye(20)))
    told = ((made.mean(0) - real.mean(0)) ** 2).sum() + np.trace(cov + covariance - 2 * root)
    assert frechet(made, real.mean(0), covariance) == pytest.approx(float(np.real(told)), rel=1e-4)


def test_kernel_distance_tells_kinds_apart_without_bias() -> None:
    rng = np.random.default_rng(1)
    one, same, other = rng.normal(size=(3, 400, 16))
    assert abs(kernel_distance(one, same)) < 0.02
    assert kernel_distance(one, other + 1) > 1


def test_spread_is_the_mean_angle_between_pairs() -> None:
    assert spread(np.eye(5)) == pytest.approx(1)
    assert spread(np.ones((4, 1))) == pytest.approx(0)
    assert spread(np.array([[1.0, 0], [1, 0], [0, 1]])) == pytest.approx(2 / 3)


def test_rank_correlation_is_spearmans_with_ties() -> None:
    a, b = [1.0, 2, 2, 3, 5, 4], [0.1, 0.4, 0.2, 0.2, 0.9, 0.5]
    assert rank_correlation(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)  # type: ignore[attr-defined]
    assert rank_correlation([1, 2, 3], [7, 7, 7]) == 0


# --- landmarks


def test_landmark_error_is_in_percent_of_the_eye_distance() -> None:
    real = np.random.default_rng(2).uniform(0, 1, (478, 2)).astype(np.float32)
    real[33], real[263] = (0.3, 0.5), (0.7, 0.5)
    assert lm.nme_percent(real, real) == 0
    assert lm.nme_percent(real + np.array([0.04, 0], np.float32), real) == pytest.approx(
        10, rel=1e-4
    )


@pytest.mark.parametrize(
    ("angle", "name"),
    [
        (60, "very light"),
        (48, "light"),
        (35, "intermediate"),
        (18, "tan"),
        (-10, "brown"),
        (-45, "dark"),
    ],
)
def test_skin_tone_is_the_class_of_the_angle_between_lightness_and_yellow(
    angle: float, name: str
) -> None:
    colour = np.array([[[50 + 18 * np.tan(np.radians(angle)), 10, 18]]], np.float32)
    rgb = np.rint(cv2.cvtColor(colour, cv2.COLOR_LAB2RGB) * 255).astype(np.uint8)
    picture = np.broadcast_to(rgb, (64, 64, 3)).copy()
    landmarks = np.full((478, 2), 0.5, np.float32)
    assert lm.skin_angle(picture, landmarks) == pytest.approx(angle, abs=2)
    assert lm.skin_tone(picture, landmarks) == name


def test_a_turned_photo_shows_a_tilted_head_and_an_unknown_property_is_refused(
    photos: list[Picture], finder: Finder
) -> None:
    photo = photos[0]
    centre = (photo.shape[1] / 2, photo.shape[0] / 2)
    shown = []
    for degrees in (-12, 0, 12):  # OpenCV turns counter-clockwise
        turn = cv2.getRotationMatrix2D(centre, -degrees, 1)
        turned = cv2.warpAffine(photo, turn, photo.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        found = finder.find(np.asarray(turned, np.uint8))
        assert found is not None
        shown.append(lm.shown("head_tilt", found))
    assert shown[1] - shown[0] == pytest.approx(12, abs=3)
    assert shown[2] - shown[1] == pytest.approx(12, abs=3)
    with pytest.raises(KeyError):
        lm.shown("nose_colour", found)


def test_no_face_is_found_where_there_is_none(finder: Finder) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (128, 128, 3), dtype=np.uint8)
    assert finder.find(noise) is None


# --- networks


def test_folding_the_norm_into_the_convolution_changes_nothing() -> None:
    weights = small_appearance(np.random.default_rng(4))
    picture = np.random.default_rng(5).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    sized = cv2.resize(picture, (224, 224), interpolation=cv2.INTER_AREA)
    first = Appearance(weights)._first
    x = torch.from_numpy(np.asarray(sized)).permute(2, 0, 1)[None].float() / 127.5 - 1
    kernel = torch.from_numpy(weights["Conv1.kernel"]).permute(3, 2, 0, 1)
    plain = F.conv2d(F.pad(x, (0, 1, 0, 1)), kernel, stride=2)
    names = ("moving_mean", "moving_variance", "gamma", "beta")
    norm = [torch.from_numpy(weights[f"bn_Conv1.{name}"]) for name in names]
    normed = F.batch_norm(plain, norm[0], norm[1], norm[2], norm[3], eps=1e-3).clamp(0, 6)
    assert torch.allclose(first(x), normed, atol=1e-4)


def test_features_are_one_row_per_picture_of_any_size() -> None:
    network = Appearance(small_appearance(np.random.default_rng(6)))
    rng = np.random.default_rng(7)
    pictures = [rng.integers(0, 255, (s, s, 3), dtype=np.uint8) for s in (64, 224, 300)]
    together = network.of(pictures)
    assert together.shape == (3, 10)
    assert np.allclose(together[1], network.of(pictures[1:2])[0], atol=1e-4)
    assert not np.allclose(together[0], together[1], atol=1e-3)


def test_identity_is_of_length_one_and_looks_at_the_face_only(photos: list[Picture]) -> None:
    network = Identity(small_identity(np.random.default_rng(8)))
    landmarks = np.random.default_rng(9).uniform(0.35, 0.65, (478, 2)).astype(np.float32)
    for n, at in ((33, (0.4, 0.4)), (133, (0.45, 0.4)), (362, (0.55, 0.4)), (263, (0.6, 0.4))):
        landmarks[n] = at
    landmarks[1], landmarks[61], landmarks[291] = (0.5, 0.5), (0.44, 0.58), (0.56, 0.58)
    photo = photos[0]
    code = network.of(photo, landmarks)
    assert np.linalg.norm(code) == pytest.approx(1, abs=1e-5)
    other = photo.copy()
    other[:20] = 255
    assert np.allclose(network.of(other, landmarks), code, atol=1e-5)


def test_folders_without_networks_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no folder"):
        load_features([tmp_path / "nowhere"])
    with pytest.raises(ModelError, match="no feature networks"):
        load_features([tmp_path])
    (tmp_path / APPEARANCE_FILE).write_text("these are not arrays")
    with pytest.raises(ModelError, match="cannot be read as arrays"):
        load_features([tmp_path])
    np.savez(tmp_path / APPEARANCE_FILE, **{"Conv1.kernel": np.zeros((3, 3, 3, 4))})
    with pytest.raises(ModelError, match="does not hold the weights of MobileNetV2"):
        load_features([tmp_path])


def test_what_is_missing_is_none_and_what_is_there_is_loaded(tmp_path: Path) -> None:
    assert load_features([]).appearance is None
    weights, more = tmp_path / "weights", tmp_path / "more"
    weights.mkdir()
    more.mkdir()
    np.savez(weights / IDENTITY_FILE, **small_identity(np.random.default_rng(10)))
    np.savez(more / APPEARANCE_FILE, **small_appearance(np.random.default_rng(11)))
    features = load_features([weights])
    assert features.identity is not None
    assert features.appearance is None
    assert features.real is None
    (tmp_path / "metrics").mkdir()
    np.savez(tmp_path / "metrics" / "real_faces.npz", mean=np.zeros(10), cov=np.eye(10), n=7)
    features = load_features([weights, more])
    assert features.appearance is not None
    assert features.real is not None
    assert features.real.n == 7


class Means(torch.nn.Module):
    """Answers as the published Inception file does."""

    def forward(self, x: torch.Tensor, return_features: bool = False) -> torch.Tensor:
        means = x.to(torch.float32).mean((2, 3))
        return means if return_features else means * 0


def test_an_inception_file_is_a_second_feature_space(tmp_path: Path, photos: list[Picture]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(Means()), str(tmp_path / INCEPTION_FILE))
    (space,) = load_features([tmp_path]).spaces
    means = [photo.reshape(-1, 3).mean(0) for photo in photos]
    assert np.allclose(space.of(photos), means, atol=1)
    (tmp_path / INCEPTION_FILE).write_text("not a network")
    with pytest.raises(ModelError, match="not TorchScript"):
        load_features([tmp_path])


# --- agreement with shared/metrics


def test_our_features_are_theirs(
    metrics: ModuleType, shared: Path, photos: list[Picture], finder: Finder
) -> None:
    features = load_features([shared / "data" / "weights"])
    assert features.appearance is not None
    assert features.identity is not None
    theirs = metrics.MobileNetFeatures().of(photos)
    assert np.allclose(features.appearance.of(photos), theirs, atol=1e-3)
    identity = metrics.Identity()
    for photo in photos:
        found = finder.find(photo)
        assert found is not None
        cosine = features.identity.of(photo, found) @ identity.of(photo, found)
        assert cosine == pytest.approx(1, abs=1e-4)


def test_our_landmarks_and_what_is_read_off_them_are_theirs(
    metrics: ModuleType, photos: list[Picture], finder: Finder
) -> None:
    their_finder = metrics.FaceFinder()
    pairs = [(finder.find(photo), their_finder.find(photo)) for photo in photos]
    for (ours, theirs), photo in zip(pairs, photos, strict=True):
        assert ours is not None
        assert np.abs(ours - theirs).max() < 1e-5
        assert lm.skin_tone(photo, ours) == metrics.skin_tone(photo, theirs)
        for name in metrics.doodle.SWEEPS:
            assert lm.shown(name, ours) == pytest.approx(
                metrics.doodle.measured(name, theirs), abs=1e-4
            )
    (one, _), (other, _) = pairs
    assert one is not None
    assert other is not None
    assert lm.nme_percent(one, other) == pytest.approx(metrics.nme_percent(one, other), rel=1e-5)


def test_our_distances_are_theirs(
    metrics: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(12)
    real, made = rng.normal(size=(90, 24)), rng.normal(size=(60, 24)) * 1.3 + 0.2
    mean, covariance = real.mean(0), np.cov(real, rowvar=False)
    np.savez(tmp_path / "real_faces.npz", mean=mean, cov=covariance)
    monkeypatch.setattr(metrics, "HERE", tmp_path)

    class Given:
        def of(self, pictures: object) -> object:
            return pictures

    assert frechet(made, mean, covariance) == pytest.approx(
        metrics.frechet_to_real(made, Given()), rel=1e-6
    )
    codes = made / np.linalg.norm(made, axis=1, keepdims=True)
    assert spread(codes) == pytest.approx(metrics.spread(codes), abs=1e-9)
