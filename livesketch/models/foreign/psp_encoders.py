"""Which of the pSp paper's three encoders a published file holds: by what it says, and by its tensors' names."""

from __future__ import annotations

from collections.abc import Mapping

from livesketch.models.foreign.found import Tensors
from livesketch.models.foreign.pickles import RefusedError

GRADUAL = "GradualStyleEncoder"
ONE_W = "BackboneEncoderUsingLastLayerIntoW"
W_PLUS = "BackboneEncoderUsingLastLayerIntoWPlus"
OURS = {GRADUAL: "gradual", ONE_W: "w", W_PLUS: "wplus"}  # as networks.psp calls them
# what only that encoder has, looked for in this order: the naive one has a layer of the W one, too
MARKS = {
    "encoder.styles.": GRADUAL,
    "encoder.output_layer_2.": W_PLUS,
    "encoder.linear.": ONE_W,
}
WORDS = {
    "gradual": "",
    "w": ", one w for all layers (the paper's W)",
    "wplus": ", all layers' w from the last map (the paper's naive W+)",
}


def encoder_of(state: Tensors, options: Mapping) -> str:
    """Of networks.psp.ENCODERS. Raises RefusedError for another one, or where the file contradicts itself."""
    held = next(
        (kind for mark, kind in MARKS.items() if any(n.startswith(mark) for n in state)), ""
    )
    said = options.get("encoder_type") or held or GRADUAL
    if said not in OURS:
        raise RefusedError(
            f"is a pSp model of another kind ({str(said)[:40]}), which is not known yet"
        )
    if held and said != held:
        raise RefusedError(f"says that its encoder is {said}, but holds the tensors of {held}")
    if options.get("learn_in_w") and said != ONE_W:
        raise RefusedError(f"says that it has learned one w for all layers, but {said} makes many")
    return OURS[said]
