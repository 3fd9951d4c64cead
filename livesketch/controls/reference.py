"""All keys and knobs as a page of Markdown, made from the tables that the program itself uses."""

from livesketch.controls.actions import ACTIONS
from livesketch.controls.addresses import addresses
from livesketch.controls.addresses import page as address_table
from livesketch.controls.keys import chord_words
from livesketch.parameters import PARAMETERS, Parameter


def keys_table() -> str:
    """What each key does, in the groups of ACTIONS."""
    lines = ["| key | what it does |", "|---|---|"]
    for row in ACTIONS:
        if row.keys:
            words = " or ".join(f"`{chord_words(chord)}`" for chord in row.keys)
            lines.append(f"| {words} | {row.help} |")
    return "\n".join(lines)


def knobs_table() -> str:
    """Every row of PARAMETERS."""
    lines = ["| knob | range | usual | what it does |", "|---|---|---|---|"]
    for row in PARAMETERS:
        lines.append(f"| {row.name} | {_range(row)} | {shown(row.default)} | {row.help} |")
    return "\n".join(lines)


def page() -> str:
    return f"# Controls\n\n## Keys\n\n{keys_table()}\n\n## Knobs\n\n{knobs_table()}\n"


def osc_page() -> str:
    """Every address that is heard from a network, and those that a controller at hand has besides."""
    heard = addresses()
    at_hand = [one for name, one in addresses(is_at_hand=True).items() if name not in heard]
    return (
        "# OSC\n\n`livesketch --osc` listens at UDP port 9000 of this machine. `/livesketch/?` answers with "
        "these addresses, `/livesketch/listen` asks to be told of what changes.\n\n"
        f"{address_table(heard.values())}\n\n"
        "By MIDI, from a controller that is plugged in, there are also: "
        f"{', '.join(one.name for one in at_hand)}.\n"
    )


def shown(value: float | bool | str) -> str:
    """A knob's value as people write it on the command line."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else f"{value:g}"


def _range(row: Parameter) -> str:
    if row.choices:
        return ", ".join(row.choices)
    if isinstance(row.default, bool):
        return "on, off"
    unit = f" {row.unit}" if row.unit else ""
    return f"{row.low:g} to {row.high:g}{unit}"
