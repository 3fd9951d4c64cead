"""The visible strokes as a chain: two states of a drawing share all that they have in common."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from livesketch.canvas.stroke import Box, Stroke


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The visible strokes in order, as a chain from the newest back to the empty paper.

    Two states of a drawing share all that they have in common, so a step back costs nothing and
    whoever paints sees by identity what has changed, however many strokes there are.
    """

    before: "Chain | None" = None
    stroke: Stroke | None = None
    count: int = 0

    def then(self, stroke: Stroke) -> "Chain":
        return Chain(self, stroke, self.count + 1)

    def since(self, ancestor: "Chain") -> "list[Chain]":
        """The links after `ancestor`, oldest first."""
        links, link = [], self
        while link.count > ancestor.count and link.before is not None:
            links.append(link)
            link = link.before
        links.reverse()
        return links

    def shared_with(self, other: "Chain") -> "Chain":
        """The newest link that both have in common; the empty chain at the least."""
        a, b = self, other
        while a is not b:
            if a.count >= b.count and a.before is not None:
                a = a.before
            elif b.before is not None:
                b = b.before
            else:
                return a
        return a

    def __iter__(self) -> Iterator[Stroke]:
        strokes, link = [], self
        while link.before is not None and link.stroke is not None:
            strokes.append(link.stroke)
            link = link.before
        return reversed(strokes)


EMPTY = Chain()


def difference(one: Chain, other: Chain, common: Chain) -> list[Stroke] | None:
    """The strokes that only one of two chains has; None where others changed places as well."""
    old = [link.stroke for link in one.since(common) if link.stroke is not None]
    new = [link.stroke for link in other.since(common) if link.stroke is not None]
    in_old, in_new = set(map(id, old)), set(map(id, new))
    stayed = [id(stroke) for stroke in old if id(stroke) in in_new]
    if stayed != [id(stroke) for stroke in new if id(stroke) in in_old]:
        return None
    gone = [stroke for stroke in old if id(stroke) not in in_new]
    return gone + [stroke for stroke in new if id(stroke) not in in_old]


def rearranged(chain: Chain, strokes: Sequence[Stroke]) -> Chain:
    """A chain of these strokes; the links with which both begin stay the same."""
    links = chain.since(EMPTY)
    shared, link = 0, EMPTY
    while shared < min(len(links), len(strokes)) and links[shared].stroke is strokes[shared]:
        link = links[shared]
        shared += 1
    for stroke in strokes[shared:]:
        link = link.then(stroke)
    return link


def moves(one: Chain, other: Chain) -> tuple[list[int], list[tuple[int, Stroke]]]:
    """What makes one chain the other: places to take away (of the first), strokes to put in (of the second)."""
    common = one.shared_with(other)
    old = [link.stroke for link in one.since(common) if link.stroke is not None]
    new = [link.stroke for link in other.since(common) if link.stroke is not None]
    in_new = set(map(id, new))
    in_old = set(map(id, old))
    kept = [id(stroke) for stroke in old if id(stroke) in in_new]
    is_ordered = kept == [id(stroke) for stroke in new if id(stroke) in in_old]
    stays = set(kept) if is_ordered else set()
    start = common.count
    gone = [start + n for n, stroke in enumerate(old) if id(stroke) not in stays]
    come = [(start + n, stroke) for n, stroke in enumerate(new) if id(stroke) not in stays]
    return gone, come


def moved(chain: Chain, gone: Sequence[int], come: Sequence[tuple[int, Stroke]]) -> Chain:
    """What `moves` says, done. Places that do not exist are passed over."""
    away = set(gone)
    strokes = [stroke for n, stroke in enumerate(chain) if n not in away]
    for place, stroke in come:
        strokes.insert(place, stroke)
    return rearranged(chain, strokes)


def touching(chain: Chain, boxes: Sequence[Box]) -> list[Stroke]:
    """The strokes that may touch one of the boxes, in order."""
    found = []
    for stroke in chain if boxes else ():
        left, top, right, bottom = stroke.box
        for box in boxes:
            if left < box[2] and box[0] < right and top < box[3] and box[1] < bottom:
                found.append(stroke)
                break
    return found
