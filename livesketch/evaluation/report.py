"""One page of what was measured, with pictures: Markdown, PNG sheets and JSON in a folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from livesketch.evaluation.bars import BARS
from livesketch.evaluation.figures import TIER_KEYS, Figures, contract, details
from livesketch.evaluation.growth import STAGES
from livesketch.evaluation.landmarks import SKIN_TONES
from livesketch.evaluation.sheets import as_picture, contact_sheet
from livesketch.evaluation.tier_figures import Row
from livesketch.evaluation.writing import write_bytes, write_json, write_png

TITLES = {
    "n": "drawings",
    "face_found": "face found",
    "nme_percent": "NME %",
    "fd": "Fréchet",
    "diversity": "diversity",
    "identity_50_100": "identity 50 → 100 %",
    "largest_jump": "largest jump",
}
MEANING = """\
A *face is found* by MediaPipe's face mesh in still-picture mode, at the first try. *NME*: mean
distance of 22 landmarks from those of the photo behind the drawing, in percent of the distance of
the outer eye corners; median. *Fréchet* distance in the features of {space} to the statistics of
held-out real faces; it is biased by the number of faces, compare equal numbers only. *Diversity*: mean distance of the
people in the faces of different drawings, over that of real people. *Identity*: cosine of who the
face is at half and at the whole pen path; *jump*: 1 - cosine after neighbouring strokes once the
head is outlined; medians over drawings. *Obedience*: Spearman's correlation between a swept
property of a doodle and the same property of the face; median over doodles. *Skin tone*: classes of
the individual typology angle of the cheeks. *Stillness*: mean change of the picture, 0..255, when
the drawing moves by one pixel. A dash is a figure that was not measured."""


def write_report(figures: Figures, folder: Path) -> None:
    """report.md, its pictures, evaluate.json (the contract) and details.json. Raises OutputError."""
    pictures: list[tuple[str, str]] = []
    for tier, values in figures.tiers.items():
        if values.rows:
            name = f"{tier}.png"
            write_png(contact_sheet([_cells(row) for row in values.rows], across=4), folder / name)
            pictures.append((f"{tier}: the drawing, looks 1 to 3{_with_photo(values.rows)}", name))
        growing = [row for row in values.rows if row.stages][:10]
        if growing:
            name = f"{tier}-growing.png"
            rows = [(*row.stages, as_picture(row.sketch)) for row in growing]
            write_png(contact_sheet(rows, across=2), folder / name)
            stages = ", ".join(map(str, STAGES))
            pictures.append((f"{tier}: the face at {stages} % of the pen path", name))
    faces = [figures.doodle, *figures.people.faces]
    rows = [faces[k : k + 7] for k in range(0, len(faces), 7)]
    write_png(contact_sheet(rows), folder / "looks.png")
    pictures.append(("one doodle in the looks 1, 2, 3 …", "looks.png"))
    write_json(contract(figures), folder / "evaluate.json")
    write_json(details(figures), folder / "details.json")
    write_bytes(page(figures, pictures).encode(), folder / "report.md")


def page(figures: Figures, pictures: Sequence[tuple[str, str]]) -> str:
    """The Markdown of the report; pictures as (what is seen, file name)."""
    conditions = figures.conditions
    people = figures.people
    parts = [
        f"# How good is {conditions['model']}?",
        "\n".join(f"- {name}: {value}" for name, value in conditions.items()),
        "## Bars",
        _table(("what", "bar", "figure", ""), [_bar_row(figures, n) for n in range(len(BARS))]),
        "## Tiers of drawings",
        _table(
            ("tier", *TITLES.values()),
            [
                (tier, *(_said(getattr(values, key)) for key in TIER_KEYS))
                for tier, values in figures.tiers.items()
            ],
        ),
        _to_photos(figures),
        _photos(figures),
        "Share with a face at a part of the pen path:",
        _table(
            ("tier", *(f"{p} %" for p in STAGES)),
            [
                (tier, *(_said(values.found_at.get(p)) for p in STAGES))
                for tier, values in figures.tiers.items()
                if values.found_at
            ],
        ),
        "## Obedience",
        _obedience(figures),
        "## Looks",
        f"{people.n} random looks on one doodle: a face is found in {_said(people.face_found)}; "
        f"diversity {_said(people.diversity)}.",
        _skin_tones(figures),
        "## Stillness",
        f"{_said(figures.stillness)} (" + _listed(figures.stillness_by_tier) + ")",
        "## Pictures",
        *(f"![{what}]({name})\n\n{what}" for what, name in pictures),
        "## What the figures mean",
        MEANING.format(space=conditions["feature space"]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _cells(row: Row) -> list:
    cells = [as_picture(row.sketch), *row.faces]
    return cells if row.photo is None else [*cells, row.photo]


def _with_photo(rows: Sequence[Row]) -> str:
    return ", the photo behind" if any(row.photo is not None for row in rows) else ""


def _bar_row(figures: Figures, number: int) -> tuple[str, ...]:
    bar = BARS[number]
    value = bar.figure(figures)
    verdict = "" if value is None else "met" if bar.is_met(value) else "**missed**"
    return bar.what, bar.words, _said(value), verdict


def _obedience(figures: Figures) -> str:
    faithful = figures.obedience_when_faithful or {}
    return _table(
        ("property", f"faithful = {figures.conditions['faithful']}", "faithful = 1"),
        [
            (name.replace("_", " "), _said(rho), _said(faithful.get(name)))
            for name, rho in figures.obedience.items()
        ],
    )


def _to_photos(figures: Figures) -> str:
    rows = [
        (tier, space, str(values.faces), _said(apart.kernel_distance), _said(apart.frechet))
        for tier, values in figures.tiers.items()
        for space, apart in values.to_photos.items()
    ]
    table = _table(("tier", "feature space", "faces", "kernel distance", "Fréchet"), rows)
    return table and "Made faces against all photos of this set:\n\n" + table


def _photos(figures: Figures) -> str:
    rows = [
        (tier, str(photos.n), *map(_said, (photos.face_found, photos.fd, photos.diversity)))
        for tier, photos in figures.photos.items()
        if photos is not None
    ]
    table = _table(("tier", "photos", "face found", "Fréchet", "diversity"), rows)
    return table and "The photos behind the drawings, as if they had been made:\n\n" + table


def _skin_tones(figures: Figures) -> str:
    rows = [("looks", figures.people.skin_tone)]
    rows += [(f"photos, {t}", p.skin_tone) for t, p in figures.photos.items() if p is not None]
    return _table(
        ("skin tone", *SKIN_TONES),
        [
            (name, *(f"{100 * share:.1f} %" for share in shares.values()))
            for name, shares in rows
            if shares is not None
        ],
    )


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {_said(value)}" for name, value in values.items())


def _said(value: float | None) -> str:
    if value is None:
        return "–"
    return (
        str(value) if isinstance(value, int) else f"{value:.3g}" if value < 100 else f"{value:.1f}"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
