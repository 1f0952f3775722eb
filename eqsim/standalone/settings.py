"""Values that are set before a run: read from parameters.txt and the command line, put where the program reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from eqsim.standalone.network import Network
from eqsim.standalone.refused import Refused
from eqsim.standalone.units import Unit, Units
from eqsim.text.nearest import nearest

FILE = "parameters.txt"


class Settings:
    """What may be set of a network, by its path: ``neurons.tau_m``."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.known: dict[str, Mapping[str, Any]] = {one["path"]: one for one in network.told["settables"]}
        self.units = Units(network.program["units"])

    def read_file(self, path: Path) -> dict[str, float]:
        """Return the values in a file of lines ``NAME = VALUE`` that differ from those at export, as plain numbers.

        What stands behind a # is a remark.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"{path} cannot be read: {error}") from None
        texts = [(number, line.partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
        values: dict[str, float] = {}
        for number, text in texts:
            if text:
                values |= self.read(text, f"{path.name}, line {number}:")
        return {name: value for name, value in values.items() if value != self.known[name]["value"]}

    def read_all(self, texts: Iterable[str]) -> dict[str, float]:
        """Return the values of texts ``NAME=VALUE`` as plain numbers."""
        return {name: value for text in texts for name, value in self.read(text, "--set").items()}

    def read(self, text: str, where: str) -> dict[str, float]:
        """Return the value of one text ``NAME=VALUE``; ``where`` it stands begins each message."""
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name:
            raise Refused(f"{where} '{text}' sets nothing", "write NAME=VALUE, as in neurons.tau_m=10ms")
        if name not in self.known:
            raise self._unknown(name, where)
        one = self.known[name]
        unit = Unit(tuple(map(Fraction, one["exponents"])), Fraction(one["scale"]))
        return {name: self.units.value(value, unit, f"{where} {name}", one["unit"], one["kind"])}

    def duration(self, text: str) -> float:
        """Return a duration as a number of the unit of time."""
        unit = self.network.told["time_unit"]
        due = self.units.unit(unit, "--duration")
        value = self.units.value(text, due, "--duration", unit)
        if not 0 <= value < float("inf"):
            raise Refused(f"--duration: '{text}' cannot be run", "give a time of at least 0")
        return value

    def apply(self, values: Mapping[str, float], *, begun: bool) -> None:
        """Put plain values where the program reads them; a run that has ``begun`` keeps what it changes itself."""
        written = {array["name"] for array in self.network.told["arrays"] if array["written"]}
        for path, value in values.items():
            one = self.known[path]
            if one["shape"] == "constant":
                self.network.constants[one["name"]] = value if one["kind"] == "real" else int(value)
            elif not (begun and one["name"] in written):
                self.network.arrays[one["name"]][: one["size"]] = value

    def table(self) -> str:
        """Return what may be set, and what may not, one name a line."""
        rows = [(path, _shown(one), one["about"]) for path, one in self.known.items()]
        rows += [(path, "", f"cannot be set: {reason}") for path, reason in self.network.told["fixed"].items()]
        widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
        return "\n".join(f"{path:{widths[0]}}  {value:{widths[1]}}  {about}" for path, value, about in rows)

    def _unknown(self, name: str, where: str) -> Refused:
        fixed = self.network.told["fixed"]
        if name in fixed:
            return Refused(f"{where} {name} cannot be set; {fixed[name]}", "simulate --list shows what may be set")
        near = nearest(name, self.known)
        hint = f"did you mean {near}? simulate --list shows all" if near else "simulate --list shows what may be set"
        return Refused(f"{where} the network has no value '{name}'", hint)


def _shown(one: Mapping[str, Any]) -> str:
    unit = "" if one["unit"] == "1" else one["unit"]
    if one["value"] is None:
        return f"… {unit}".strip()
    value = {"boolean": lambda: str(bool(one["value"])).lower(), "integer": lambda: str(int(one["value"]))}
    return f"{value.get(one['kind'], lambda: repr(one['value']))()} {unit}".strip()
