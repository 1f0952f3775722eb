"""Values with units as people write them: ``10 ms``, ``5*nS``, ``1 uF/cm2``, ``-0.07*volt``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from eqsim.standalone.refused import Refused
from eqsim.text.nearest import nearest

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf\b|nan\b))\s*\*?\s*")
_WORD = re.compile(r"\s*((?:\*\*|\^)\s*(?:\([^()]*\)|[+-]?[\d.]+)|[*/()]|[A-Za-z]\w*|\d+)\s*")
_TRUTHS = ("false", "true")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: exponents of meter, kilogram, second, ampere, kelvin, mole and candela, and a power of ten."""

    exponents: tuple[Fraction, ...]
    scale: Fraction = Fraction(0)

    def __mul__(self, other: Unit) -> Unit:
        exponents = tuple(a + b for a, b in zip(self.exponents, other.exponents, strict=True))
        return Unit(exponents, self.scale + other.scale)

    def __pow__(self, power: Fraction) -> Unit:
        return Unit(tuple(exponent * power for exponent in self.exponents), self.scale * power)


class Units:
    """The named units that a program knows."""

    def __init__(self, table: Mapping[str, tuple[int, Sequence[int]]]) -> None:
        """Take the power of ten and the exponents of each name."""
        self._named = {n: Unit(tuple(map(Fraction, powers)), Fraction(scale)) for n, (scale, powers) in table.items()}
        self._one = Unit((Fraction(0),) * 7)
        self._named |= {"1": self._one, "10": Unit(self._one.exponents, Fraction(1))}

    def value(self, text: str, unit: Unit, name: str, due: str, kind: str = "real") -> float:
        """Return a value as a plain number in a unit, which is called ``due``; refuse what is none, or another kind's.

        One multiplication or division by a power of ten is all that rounds.
        """
        if kind == "boolean" and text.strip().lower() in _TRUTHS:
            return float(_TRUTHS.index(text.strip().lower()))
        match = _NUMBER.match(text)
        if match is None:
            raise Refused(f"{name}: '{text.strip()}' is no value", self._example(due))
        number, rest = float(match.group(1)), text[match.end() :].strip()
        if match.group(0).rstrip().endswith("*") and not rest:
            raise Refused(f"{name}: '{text.strip()}' has no unit where one is due", self._example(due))
        found = self.unit(f"1{rest}" if rest.startswith("/") else rest or "1", name)
        free = not rest and (number == 0 or not -float("inf") < number < float("inf"))
        if found.exponents != unit.exponents and not free:
            raise Refused(f"{name}: '{text.strip()}' has another unit than {due}, which is due", self._example(due))
        plain = number if free else scaled(number, found.scale - unit.scale)
        if kind != "real" and not plain.is_integer():
            raise Refused(f"{name}: '{text.strip()}' is no integer, which is due", "give a whole number")
        return plain

    def _example(self, due: str) -> str:
        return "it is a plain number" if due == "1" else f"write for instance '10 {due}'"

    def unit(self, text: str, name: str) -> Unit:
        """Return a product of named units, quotients and powers of them; ``name`` begins each message."""
        words: list[str] = []
        place = 0
        while place < len(text):
            match = _WORD.match(text, place)
            if match is None:
                raise Refused(f"{name}: '{text}' is no unit", "write a product of names, as in mS/cm2")
            words.append(match.group(1))
            place = match.end()
        found = self._product(words, name)
        if words:
            raise Refused(f"{name}: a bracket in the unit was never opened")
        return found

    def _product(self, words: list[str], name: str) -> Unit:
        """Take a product of factors from the front of words, until their end or a closing bracket."""
        result = self._factor(words, name)
        while words and words[0] != ")":
            sign = words.pop(0) if words[0] in {"*", "/"} else "*"
            result *= self._factor(words, name) ** Fraction(1 if sign == "*" else -1)
        return result

    def _factor(self, words: list[str], name: str) -> Unit:
        """Take a name, or a product in brackets, and its power from the front of words."""
        word = words.pop(0) if words else "nothing"
        if word == "(":
            base = self._product(words, name)
            if not words or words.pop(0) != ")":
                raise Refused(f"{name}: a bracket in the unit is not closed")
        elif word in self._named:
            base = self._named[word]
        else:
            near = nearest(word, self._named)
            raise Refused(f"{name}: '{word}' is no unit", f"did you mean {near}?" if near else "")
        if words and words[0].startswith(("**", "^")):
            power = words.pop(0).lstrip("*^ ").strip("()")
            try:
                return base ** Fraction(power)
            except (ValueError, ZeroDivisionError):
                raise Refused(f"{name}: the power of a unit is a number", "as in cm**2") from None
        return base


def scaled(number: float, power: Fraction) -> float:
    """Return a number times a power of ten; a division by 10**n is rounded once, 10**-n is itself not a float."""
    exponent = int(power) if power.denominator == 1 else float(power)
    return number * 10.0**exponent if exponent >= 0 else number / 10.0**-exponent
