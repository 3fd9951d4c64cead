"""How a pen's pressure is felt: some hands press lightly, some pens want to be pressed hard."""


def felt(pressure: float, hardness: float) -> float:
    """pressure 0..1 as the pen reports it -> 0..1 as the line takes it; the ends stay where they are.

    hardness 0 (soft: a light touch draws broad) .. 0.5 (as reported) .. 1 (hard): a power of
    0.25 .. 1 .. 4.
    """
    return min(max(pressure, 0.0), 1.0) ** (4.0 ** (2.0 * hardness - 1.0))
