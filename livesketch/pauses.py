"""No long pauses: Python's collector of cycles would look through all that lives, once a minute or so."""

import gc


def shorten() -> None:
    """What lives now is not looked through again until `restore`: a model and its libraries are some
    270,000 objects, and a look through them holds every thread up for 150 ms."""
    gc.collect()
    gc.freeze()


def restore() -> None:
    gc.unfreeze()
