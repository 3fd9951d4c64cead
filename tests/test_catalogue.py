"""What the window says in another language: all of it, with what is put in, and nothing half."""

import json
import re

import pygame
import pytest
from said import ROOT, File

from livesketch.controls.actions import ACTIONS
from livesketch.errors import OutputError
from livesketch.outputs import OUTPUTS
from livesketch.parameters import PARAMETERS
from livesketch.places import assets_dir
from livesketch.ui.catalogue import Catalogue, has_han
from livesketch.ui.view import Stats
from livesketch.ui.widgets.stage_bar import _SAFETY
from livesketch.ui.widgets.status import _HINTS, _figures
from livesketch.ui.widgets.tour import CARDS

# What speaks on the command line, in the training or in a file, and never on the window.
ELSEWHERE = {"cli.py", "flags.py", "stage_flags.py", "render.py", "timelapse.py", "bench.py"}
ELSEWHERE |= {"soak.py", "mishaps.py", "troupe.py", "devices.py", "guard.py", "__main__.py"}
ELSEWHERE |= {"training", "evaluation", "models/listing.py", "controls/reference.py"}
# One row's help for six parts of a face: each is held with the other rows.
ROWS = {"How much more strictly than the rest the drawn 7 bind7; below 0: less."}
SAID = sorted(
    path
    for path in ROOT.rglob("*.py")
    if not ELSEWHERE & {str(path.relative_to(ROOT)), path.relative_to(ROOT).parts[0]}
)
_COMMAND = re.compile(
    r"`[^`]*`|(pip|sudo) [^。]*|（Debian：[^）]*）"
)  # what is typed is typed in English


@pytest.fixture(scope="module")
def chinese() -> Catalogue:
    return Catalogue("zh")


def is_told(words: str, chinese: Catalogue) -> bool:
    """In Chinese, and with no English left between the lines."""
    told = _COMMAND.sub("", chinese(words))
    return has_han(told) and not re.search("[a-z]+ [a-z]+ [a-z]+", told)


def test_every_sentence_that_any_room_says_on_the_window_is_told_in_chinese(chinese):
    files: dict = {}
    told = {
        words: path.relative_to(ROOT)
        for path in SAID
        for words in (files.get(path) or File(path, files)).said()
    }
    rooms = {str(name).split("/")[0] for name in told.values()}
    assert {"models", "looks", "controls", "sound", "outputs", "sources", "canvas"} <= rooms
    assert len(told) > 600
    missed = {words: str(name) for words, name in told.items() if not is_told(words, chinese)}
    assert missed.keys() - ROWS == set(), missed


def test_a_sentence_that_nobody_translated_is_found(chinese, tmp_path):
    path = tmp_path / "room.py"
    path.write_text(
        "from livesketch.errors import ModelError\n"
        "HINT = 'ask somebody who knows'\n"
        "def hint(ready):\n"
        "    how = f'The moon is {ready}.' if ready else 'No moon is here.'\n"
        "    return how\n"
        "def go(name, ready):\n"
        "    try:\n"
        "        raise ModelError(f'{name} has gone to sea', hint=HINT)\n"
        "    except ModelError as error:\n"
        "        raise ModelError(f'{error} It rains.', hint(ready)) from error\n"
    )
    found = File(path, {}).said()
    missed = [words for words in found if not is_told(words, chinese)]
    assert sorted(missed) == [
        "7 has gone to sea",
        "Check the path. It rains.",
        "No moon is here.",
        "The moon is 7.",
        "ask somebody who knows",
    ]


def test_every_knob_key_card_output_and_safety_key_is_told_in_chinese(chinese):
    said = [words for row in ACTIONS for words in (row.help, row.group) if row.keys]
    for row in PARAMETERS:
        said += [row.title, row.help, row.group, *row.choices]
    said += [words for card in CARDS for words in card]
    said += [words for _, words in (*_SAFETY, *_HINTS)]
    said += [name for name in OUTPUTS if name not in ("ndi", "spout", "syphon")]
    said = [words for words in dict.fromkeys(said) if re.search("[a-z]{3}", words)]
    assert [words for words in said if not is_told(words, chinese)] == []


def test_names_and_numbers_go_into_another_languages_sentence(chinese):
    assert chinese("Saved me.png.") == "已保存 me.png。"
    assert chinese("Brush: pencil.") == "笔：铅笔。"
    assert chinese("something nobody wrote") == "something nobody wrote"
    assert Catalogue("en")("Undo") == "Undo"


def test_where_the_other_language_turns_a_sentence_round_each_name_stays_what_it_is(chinese):
    assert chinese("12 cues from show.toml.") == "从 show.toml 读入 12 个提示点。"
    assert chinese("Line 3 of keys.txt: there is no = in 'hello'.") == (
        "keys.txt 第 3 行：'hello' 中没有等号。"
    )
    assert chinese("Press Enter within 5 seconds to end the show.") == "5 秒内按 Enter：结束演出。"


def test_an_error_within_a_sentence_is_told_with_it(chinese):
    failed = OutputError("a.mp4 was not written: the disk is full.", "Name a new folder.")
    told = "出错：a.mp4 未能写入：磁盘已满。请指定一个新文件夹。"
    assert chinese(f"broken: {failed}") == told
    assert chinese(f"The recorder is broken: {failed}") == f"录像{told}"
    assert chinese("show.toml: cue 3 is no table.") == "show.toml：第 3 个提示点不是表。"
    assert chinese("broken: 0x7f") == "出错：0x7f"
    # a name is a name, whatever it looks like
    assert chinese("Saved portrait of anna.png.") == "已保存 portrait of anna.png。"
    assert chinese("notes: something else") == "notes: something else"


def test_a_file_that_is_refused_is_told_of_whatever_its_name(chinese):
    words = "The PyTorch file my old model.pt holds a tensor that cannot be read."
    assert chinese(words) == "PyTorch 文件 my old model.pt 中有无法读取的张量。"
    words = "The file a.pkl is no model that can be: body of this encoder is outside 8 to 1024."
    assert chinese(words) == "文件 a.pkl 不可能是模型：此编码器的 body 不在 8 到 1024 之间。"


def test_what_the_system_says_is_told_where_it_is_common(chinese):
    words = "The cues cannot be kept in /show/a.toml: No space left on device."
    assert chinese(words) == "提示点无法保存到 /show/a.toml：设备上没有剩余空间。"


def test_the_figures_of_the_foot_and_the_names_of_narrow_knobs_are_told_too(chinese):
    for words in (*_figures(Stats(82.4, 85.1, 12.0)), _figures(Stats(82.4))[0], "faithful"):
        assert has_han(chinese(words)), words


def test_the_cameras_label_and_a_slow_recording_are_told_whatever_is_added(chinese):
    assert chinese("Camera 0, 640 × 480, 30 fps") == "摄像头 0，640 × 480，30 帧/秒"
    assert chinese("Camera 0, 640 × 480, ? fps (asked for 1920 × 1080)") == (
        "摄像头 0，640 × 480，? 帧/秒（要求 1920 × 1080）"
    )
    assert chinese("Camera 2: lost, trying again") == "摄像头 2：已断开，正在重试"
    assert chinese("recording, 0:07, 3 dropped, the disk is slow") == (
        "正在录制，0:07，丢失 3 帧，磁盘太慢"
    )


def test_several_sentences_are_told_one_by_one(chinese):
    assert chinese("a.svg is a folder. Name a file in it.") == (
        "a.svg 是一个文件夹。请指定其中的文件。"
    )
    assert chinese("Saved my. own.png.") == "已保存 my. own.png。"
    words = "The drawing is not kept safe while you draw: full. Save your drawing yourself."
    assert chinese(words) == "绘画时无法自动保存：full。请自己保存这幅画。"


def test_every_translation_takes_as_much_as_its_sentence_gives():
    texts = json.loads((assets_dir() / "texts" / "zh.json").read_text(encoding="utf-8"))
    for words, other in texts.items():
        given = len(re.findall(r"\{…?\}", words))
        taken = re.findall(r"\{(\d|…?)\}", other)
        numbers = [int(one) for one in taken if one.isdigit()]
        assert len(taken) == given, words
        assert not numbers or sorted(numbers) == list(range(given)), words


def test_every_sign_of_the_catalogue_is_in_the_font():
    texts = json.loads((assets_dir() / "texts" / "zh.json").read_text(encoding="utf-8"))
    pygame.font.init()
    font = pygame.font.Font(assets_dir() / "fonts" / "NotoSansSC-Regular.otf", 20)
    signs = sorted({sign for words in texts.values() for sign in words if has_han(sign)})
    metrics = font.metrics("".join(signs))
    assert [sign for sign, one in zip(signs, metrics, strict=True) if one is None] == []
