"""livesketch: draw, or face a camera, and a photographic human face follows every line.

model = livesketch.open_model("default")
face = model.face(sketch, look=7)
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from livesketch.models.engine import Model

__version__ = "0.1.0"


def open_model(
    name: str = "default",
    device: str | None = None,
    runtime: str = "auto",
    threads: int | None = None,
) -> "Model":
    """The model called `name`, or the one in the .safetensors at that path, ready to play.

    device None: the best there is here. threads: of the CPU; None: one core is left to a window. Raises livesketch.errors.ModelError.
    """
    from livesketch.models.engine import open_model as open_in_room

    return open_in_room(name, device, runtime, threads)
