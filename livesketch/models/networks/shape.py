"""Between reading and painting: how far a drawing's shape is taken at its word, and what it says of who it is."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.models.knobs import DIRECTIONS
from livesketch.models.networks.ageing import at_age
from livesketch.models.networks.face_lines import (
    INNER_LOWER,
    INNER_UPPER,
    LIPS,
    PARTS,
    POINTS,
    Lines,
    keep_constant,
)
from livesketch.models.networks.reader import DIRECTIONS as HULL
from livesketch.models.networks.suiting import Suiting
from livesketch.models.networks.wardrobe import Wardrobe, cells_of, fitted

# spreads of real faces beyond which a plausible face does not go: one drawn crudely, and one with hair and clothes
LIMITS = 0.8, 2.2
# added to the power of how strictly a crude one binds: less than it says, but for none and all of it
WILD = 0.5
# the usual doubt, below which a drawing shows its hair, and above which it does not. Measured: lines with
# hair 0.4 to 0.7, doodles without 0.9 to 1.1
SAID, UNSAID = 0.6, 0.9
# spreads of how hard a code's pictures are to paint: what is harder is held there; as the knob `studio`
# says, from hardly anybody to everybody
CANDID, STUDIO = 2.4, -1.1
DIM = -1.2  # spreads of a code's brightness: with less, faces sink into the dark, of whatever skin
# of their distance, where a mouth is to be as drawn on a head without hair: painters keep lips closer together
OPENED = 1.7
# of what hair and clothes say of who somebody is: what is left to the look where it wears its own
UNSUITED = 0.5
# spreads of drawn heads: how unusual one may be and still say who it is; what is further off is no head yet
HEAD, NO_HEAD = 1.3, 2.3
SPUN = 1.25  # radians: how far two looks' answers to one head differ
OWNED = 1.48  # times: features that people have of their own, a little as a caricaturist sees them
OWN_KIN = 0.2  # of how far a drawn head decides who somebody is: so far it decides their features


class Settle(nn.Module):
    """Points and regions of a drawing -> what is painted from. Its variables are statistics of photos.

    Shapes are compared after a similarity (Procrustes, Goodall 1991) and described by their principal
    components (active shape models, Cootes 1995); a plausible shape stays within LIMITS.
    """

    mean: Tensor
    usual_points: Tensor
    basis: Tensor
    spread: Tensor
    usual: Tensor
    head_mean: Tensor
    head_spread: Tensor
    kin: Tensor
    phase: Tensor
    direction_codes: Tensor
    direction_shapes: Tensor
    part_of: Tensor
    lips: Tensor
    own: Tensor
    light: Tensor
    hard: Tensor
    aged: Tensor
    cells: Tensor

    def __init__(
        self,
        points: int,
        regions: int,
        grid: int,
        shapes: int,
        z_dim: int,
        own: bool = False,
        worn: int = 0,
        lit: bool = False,
        suited: int = 0,
        eased: bool = False,
        aged: bool = False,
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(points, 2))
        self.register_buffer("usual_points", torch.zeros(points, 2))  # where they lie in a picture
        self.register_buffer("basis", torch.zeros(shapes, points, 2))
        self.register_buffer("spread", torch.ones(shapes))
        self.register_buffer("usual", torch.zeros(regions, grid, grid))  # logits
        self.register_buffer("head_mean", torch.zeros(HULL))
        self.register_buffer("head_spread", torch.ones(HULL))
        self.register_buffer("kin", torch.zeros(HULL, z_dim))
        self.register_buffer("phase", torch.zeros(z_dim))
        self.register_buffer("direction_codes", torch.zeros(len(DIRECTIONS), z_dim))
        self.register_buffer("direction_shapes", torch.zeros(len(DIRECTIONS), points, 2))
        if own:  # how a person's features differ from the mean, by code
            self.register_buffer("own", torch.zeros(z_dim, points, 2))
        self.has_own = own
        self.is_lit = lit
        if lit:  # the way to codes of brighter pictures, of length 1
            self.register_buffer("light", torch.zeros(z_dim))
        self.is_eased = eased
        if eased:  # the way to codes whose pictures are harder to paint, of length 1
            self.register_buffer("hard", torch.zeros(z_dim))
        self.is_aged = aged
        if aged:  # how features of children, and of old people, lie otherwise
            self.register_buffer("aged", torch.zeros(2, points, 2))
        self.wardrobe = Wardrobe(worn, regions, grid, z_dim) if worn else None
        self.suiting = Suiting(suited, regions, z_dim) if suited else None
        part_of = [[float(index in indices) for index in POINTS] for indices in PARTS.values()]
        keep_constant(self, "part_of", part_of)
        keep_constant(self, "lips", _lips())
        keep_constant(self, "cells", cells_of(grid))
        self.lines = Lines()

    def forward(
        self, points: Tensor, logits: Tensor, hull: Tensor, z: Tensor, knobs: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What a reader read, z (N, Z) or (N, M, Z + 1), knobs (N, len(KNOBS)) -> maps, regions, z,
        and (N, grid ** 2, 2): where each cell of the picture lies on the usual face, in sides."""
        parts, hair, kin, studio, directions, age = knobs.split(
            [len(PARTS), 1, 1, 1, len(DIRECTIONS), 1], 1
        )
        middle, turn, shape = self.aligned(points)
        share = 0.4 + 0.6 * hair[..., None, None]
        said = logits.float() * share + self.usual * (1 - share)
        unsaid = self.unsaid(said)
        people, shares = crowd(z)
        whole, asked = kin[:, None], studio[:, None]
        owners = self.person(hull[:, None], people, whole * OWN_KIN)
        featured = met(self.presentable(owners, asked), shares)
        people = self.presentable(self.person(hull[:, None], people, whole), asked)
        strict = (parts @ self.part_of)[..., None]  # N,K,1
        meant = self.meant(shape, featured, strict, unsaid[:, 0])
        meant = meant + torch.einsum("nd,dkc->nkc", directions, self.direction_shapes)
        if self.is_aged:
            meant = meant + at_age(self.aged, age[..., None])
        meant = meant + self.lips @ meant * OPENED * strict * unsaid[:, 0]
        led = directions @ self.direction_codes
        at = self.about_the_usual_face(meant, middle, turn)
        if self.wardrobe is not None:
            worn = self.wardrobe(people + led[:, None], shares, at)
            said = said + (worn - said) * unsaid
        regions, person = F.softmax(said, 1), met(people, shares)
        if self.suiting is not None:
            kept = unsaid[:, 0] * UNSUITED
            # OpenVINO 2026 falls over the same sum written with shares of shape (N, 1)
            both = torch.stack([person, self.suiting(person, regions)], 1)  # N,2,Z
            person = (both * torch.cat([kept, 1 - kept], 1)).sum(1)
        return (
            self.lines(turned(meant, turn) + middle),
            regions,
            self.presentable(person, studio) + led,
            at,
        )

    def about_the_usual_face(self, face: Tensor, middle: Tensor, turn: Tensor) -> Tensor:
        """(N, grid ** 2, 2), in sides: where the cells of a picture lie about the usual face, whose
        landmarks lie at `face` (N, K, 2), turned, and about `middle` in it."""
        usual = self.mean + self.usual_points.mean(0)
        return fitted(turned_back(self.cells[None] - middle, turn), face, usual[None])

    def meant(self, shape: Tensor, who: Tensor, strict: Tensor, unsaid: Tensor) -> Tensor:
        """Drawn shapes (N, K, 2) -> painted ones. strict (N, K, 1): 0 plausible .. 1 as drawn.

        A drawing that shows no hair is a crude one (unsaid, (N, 1, 1)): what it leaves open is filled
        from the features of the person it shows, unless it is to be taken at its word. One that shows
        some hair is hardly crude: lines of a photo with little hair are to come back as they were.
        """
        crude, sure = LIMITS
        likely = self.plausible(shape, sure + (crude - sure) * unsaid[..., 0])
        taken = likely + (shape - likely) * strict ** (1 + WILD * unsaid)
        if not self.has_own:
            return taken
        free = unsaid**2 * (2 - 2 * strict).clamp(max=1)
        return taken + torch.einsum("nz,zkc->nkc", who, self.own) * free * OWNED

    def unsaid(self, logits: Tensor) -> Tensor:
        """(N, 1, 1, 1) of logits (N, R, grid, grid): 1 when a drawing says no more of hair and clothes
        than is usual, 0 when it is sure of them."""
        usually = _doubt(self.usual[None])
        share = (_doubt(logits) * usually).sum((1, 2, 3)) / (usually * usually).sum().clamp(
            min=1e-6
        )
        return ((share - SAID) / (UNSAID - SAID)).clamp(0, 1)[:, None, None, None]

    def plausible(self, shape: Tensor, limit: Tensor | float) -> Tensor:
        """The nearest aligned shape (N, K, 2) that a real face could have, no way in which faces differ
        further from the mean than limit (N, 1) or () spreads."""
        there = torch.einsum("nkc,skc->ns", shape - self.mean, self.basis) / self.spread
        # what is usual stays as it is: tanh would draw every face a little to the middle
        held = there / (1 + (there / limit).square().square()).sqrt().sqrt()
        return self.mean + torch.einsum("ns,skc->nkc", held * self.spread, self.basis)

    def aligned(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """-> middle (N, 1, 2), turn (N, 1, 2) as a complex number, the shape without them."""
        p, m = points - points.mean(1, keepdim=True), self.mean
        real = (p * m).sum((1, 2))
        imaginary = (p[..., 1] * m[:, 0] - p[..., 0] * m[:, 1]).sum(1)
        turn = torch.stack([real, imaginary], -1)[:, None] / (m * m).sum().clamp(min=1e-6)
        return points.mean(1, keepdim=True), turn, turned_back(p, turn)

    def person(self, hull: Tensor, z: Tensor, share: Tensor) -> Tensor:
        """Codes as likely as z, moved by the drawn head: other heads are other people of one look.

        The move is a smooth function of the hull with unit spread (random Fourier features, Rahimi 2007),
        and somewhat another one for each look, so that one head does not make all looks alike. The
        beginning of an outline moves nobody: else the person would change with every step of the pen.
        """
        head = ((hull - self.head_mean) / self.head_spread).clamp(-4, 4)
        off = (head * head).mean(-1, keepdim=True).sqrt()
        share = share * ((NO_HEAD - off) / (NO_HEAD - HEAD)).clamp(0, 1)
        moved = torch.cos(head @ self.kin + self.phase + SPUN * z.flip(-1)) * 2**0.5
        return (z + moved * share) / torch.sqrt(1 + share * share)

    def presentable(self, who: Tensor, studio: Tensor) -> Tensor:
        """Codes (..., Z), none of whom sits in the dark, or is harder to paint than studio (..., 1) allows."""
        if self.is_eased:
            hardest = CANDID + (STUDIO - CANDID) * studio
            who = who - ((who @ self.hard)[..., None] - hardest).clamp(min=0) * self.hard
        if self.is_lit:
            who = who + (DIM - who @ self.light).clamp(min=0)[..., None] * self.light
        return who


def crowd(z: Tensor) -> tuple[Tensor, Tensor]:
    """z (N, Z), or blends (N, M, Z + 1) -> people (N, M, Z), their shares (N, M)."""
    if z.dim() == 2:
        return z[:, None], torch.ones_like(z[:, :1])
    return z[..., :-1], z[..., -1]


def met(people: Tensor, shares: Tensor) -> Tensor:
    """(N, Z): whom one meets on the way between people (N, M, Z), at shares (N, M).

    The codes of different people are nearly at right angles, and between two such this turns at an
    even speed while the length changes evenly (slerp, Shoemake 1985).
    """
    towards = torch.einsum("nm,nmz->nz", torch.sin(shares * (torch.pi / 2)), people)
    length = (shares * people.norm(dim=-1)).sum(1)
    return towards * (length / towards.norm(dim=-1).clamp(min=1e-6))[:, None]


def _doubt(logits: Tensor) -> Tensor:
    """(N, 1, grid, grid) of (N, R, grid, grid): how probable two different answers are (Gini 1912)."""
    return 1 - (logits.softmax(1) ** 2).sum(1, keepdim=True)


def _lips() -> np.ndarray:
    """(K, K): what moves each point of a lip by half of how far it is from the other lip."""
    row = {index: k for k, index in enumerate(POINTS)}
    move = np.zeros((len(POINTS), len(POINTS)), np.float32)
    inner = zip(INNER_UPPER[1:-1], INNER_LOWER[1:-1], strict=True)
    outer = zip(LIPS[1:10], LIPS[19:10:-1], strict=True)
    for (upper, lower), (above, below) in zip(inner, outer, strict=True):
        for one, other, points in ((upper, lower, (upper, above)), (lower, upper, (lower, below))):
            for index in points:
                move[row[index], row[one]], move[row[index], row[other]] = 0.5, -0.5
    return move


def turned(points: Tensor, turn: Tensor) -> Tensor:
    """Complex product: places (..., 2) turned and sized by `turn`, of a shape that goes with theirs."""
    x = points[..., 0] * turn[..., 0] - points[..., 1] * turn[..., 1]
    y = points[..., 0] * turn[..., 1] + points[..., 1] * turn[..., 0]
    return torch.stack([x, y], -1)


def turned_back(points: Tensor, turn: Tensor) -> Tensor:
    """What `turned` undoes."""
    size = (turn * turn).sum(-1, keepdim=True).clamp(min=1e-6)
    # no tensor is made of numbers here: a CUDA graph cannot hold that
    back = torch.stack([turn[..., 0], -turn[..., 1]], -1)
    return turned(points, back / size)
