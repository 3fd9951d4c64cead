"""The weights that made this idea famous: what each is, where its makers put it, under which terms."""

from dataclasses import dataclass

from livesketch.errors import ModelError

DRIVE = "https://drive.google.com/uc?id="
NVIDIA = "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/"
PSP_PAGE = "https://github.com/eladrich/pixel2style2pixel"
ADA_PAGE = "https://github.com/NVlabs/stylegan2-ada-pytorch"

NON_COMMERCIAL = "not for commercial use"
FFHQ = "trained on FFHQ (CC BY-NC-SA 4.0 and its photographers' licences)"
CELEBA = "trained on CelebA-HQ (non-commercial research)"
PSP_TERMS = (
    "code MIT; the generator inside is NVIDIA's (Source Code License, non-commercial); {data}: "
    + NON_COMMERCIAL
)
GENERATOR_TERMS = f"NVIDIA Source Code License (non-commercial); {{data}}: {NON_COMMERCIAL}"


@dataclass(frozen=True)
class Published:
    """One file on its makers' site."""

    name: str  # what it is called here
    task: str  # of models.checkpoint.TASKS
    words: str  # what it makes of what
    network: str
    resolution: int
    file: str  # what its makers call it
    url: str
    page: str  # where its makers describe it
    size: int  # bytes, about
    terms: str


def _psp(name: str, task: str, words: str, file: str, drive_id: str, data: str) -> Published:
    return Published(
        name=f"psp-{name}",
        task=task,
        words=words,
        network="psp",
        resolution=1024,
        file=file,
        url=DRIVE + drive_id,
        page=PSP_PAGE,
        size=1_200_000_000,
        terms=PSP_TERMS.format(data=data),
    )


PUBLISHED: tuple[Published, ...] = (
    _psp(
        "sketch",
        "sketch",
        "a drawing to a face",
        "psp_celebs_sketch_to_face.pt",
        "1lB7wk7MwtdxL-LL4Z_T76DuCfk00aSXA",
        CELEBA,
    ),
    _psp(
        "seg",
        "mask",
        "painted parts of a face to a face",
        "psp_celebs_seg_to_face.pt",
        "1VpEKc6E6yG3xhYuZ0cq8D2_1CbT0Dstz",
        CELEBA,
    ),
    _psp(
        "frontalize",
        "photo",
        "a turned face to the same one from the front",
        "psp_ffhq_frontalization.pt",
        "1_S4THAzXb-97DbpXmanjHtXRyKxqjARv",
        FFHQ,
    ),
    _psp(
        "super-resolution",
        "lowres",
        "a tiny picture of a face to a large one (×1 to ×32)",
        "psp_celebs_super_resolution.pt",
        "1ZpmSXBpJ9pFEov6-jjQstAlfYbkebECu",
        CELEBA,
    ),
    _psp(
        "inversion",
        "photo",
        "a photo of a face to the generator's nearest face",
        "psp_ffhq_encode.pt",
        "1bMTNWkh5LArlaWSc_wa8VKyq2V42T2z0",
        FFHQ,
    ),
    _psp(
        "toonify",
        "photo",
        "a photo of a face to its cartoon",
        "psp_ffhq_toonify.pt",
        "1YKoiVuFaqdvzDP5CZaqa3k5phL-VDmyz",
        FFHQ,
    ),
    Published(
        name="stylegan2-ffhq",
        task="look",
        words="random faces; a generator for training encoders (rosinality's layout)",
        network="stylegan2",
        resolution=1024,
        file="stylegan2-ffhq-config-f.pt",
        url=DRIVE + "1EM87UquaoQmk17Q8d5kYIAHqu0dkYqdT",
        page=PSP_PAGE,
        size=380_000_000,
        terms=GENERATOR_TERMS.format(data=FFHQ),
    ),
    Published(
        name="stylegan2-ada-ffhq",
        task="look",
        words="random faces; a generator for training encoders",
        network="stylegan2",
        resolution=1024,
        file="ffhq.pkl",
        url=NVIDIA + "ffhq.pkl",
        page=ADA_PAGE,
        size=380_000_000,
        terms=GENERATOR_TERMS.format(data=FFHQ),
    ),
    Published(
        name="stylegan2-ada-metfaces",
        task="look",
        words="random faces as painters saw them",
        network="stylegan2",
        resolution=1024,
        file="metfaces.pkl",
        url=NVIDIA + "metfaces.pkl",
        page=ADA_PAGE,
        size=380_000_000,
        terms=GENERATOR_TERMS.format(data="trained on MetFaces (CC BY-NC 2.0)"),
    ),
)


def published(name: str) -> Published:
    """The row called `name`; ModelError with the names there are."""
    for row in PUBLISHED:
        if row.name == name:
            return row
    raise ModelError(
        f"There are no published weights called {name!r}.",
        f"There are: {', '.join(row.name for row in PUBLISHED)}; or give the URL of a file.",
    )
