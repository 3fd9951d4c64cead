"""The MIDI ports of this machine, through mido and python-rtmidi; where there is no MIDI, the reason in words."""

import logging
from collections.abc import Iterable
from typing import Any, Protocol

from mido import Message
from mido.backends.backend import Backend

log = logging.getLogger(__name__)


class Port(Protocol):
    """What is used of a mido port."""

    def iter_pending(self) -> Iterable[Message]: ...

    def send(self, msg: Message) -> None: ...

    def close(self) -> None: ...


class Ports(Protocol):
    """Where ports come from."""

    @property
    def trouble(self) -> str:
        """Why there are none, or nothing."""
        ...

    def names(self) -> list[str]: ...

    def open(self, name: str) -> Port | None: ...


class RtMidi:
    """The real ones. `backend` is mido's, or a test's own."""

    def __init__(self, backend: Any = None) -> None:
        self._backend = backend or Backend("mido.backends.rtmidi")
        self._trouble = ""

    @property
    def trouble(self) -> str:
        return self._trouble

    def names(self) -> list[str]:
        """The inputs that are plugged in now; none, and `trouble`, where there is no MIDI."""
        try:
            names = list(dict.fromkeys(self._backend.get_input_names()))
        except ImportError:
            self._trouble = "no MIDI here: pip install 'livesketch[midi]'"
            return []
        except Exception as error:
            # rtmidi's own errors, such as a system without a sequencer, cannot be named here
            # without importing it.
            log.debug("MIDI ports cannot be listed", exc_info=True)
            self._trouble = f"no MIDI here: {error}"
            return []
        self._trouble = ""
        return names

    def open(self, name: str) -> Port | None:
        """The port, which can also send where the controller has lights; None if it is taken or gone."""
        for how in (self._backend.open_ioport, self._backend.open_input):
            try:
                return how(name)
            except Exception as error:  # as above
                log.debug("MIDI port %s does not open", name, exc_info=True)
                self._trouble = f"{name} does not open: {error}"
        return None
