"""Texts that users hand to an object (values, conditions, statements), read and checked in its surroundings."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Literal

from eqsim.checking.check import check_code, check_expression
from eqsim.checking.checked import CheckedCode, CheckedExpression, Role, Scope, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.language.expr import Expr
from eqsim.language.names import free_names
from eqsim.language.parse import parse_expression, parse_statements
from eqsim.network.capture import Unusable, externals, found, nearby, usable
from eqsim.text.errors import EqsimWarning

# names that every script uses for something; a model's own meaning of them needs no warning
_SILENT = frozenset({"i", "j", "N", "t", "dt"})


@dataclass
class Surroundings:
    """What the texts of an object may refer to: its variables, those at its ends, a namespace or the caller's names."""

    owner: str
    kind: Literal["neuron", "synapse"]
    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    namespace: Mapping[str, Any] | None = None
    pre: Mapping[str, Symbol] = field(default_factory=dict)
    post: Mapping[str, Symbol] = field(default_factory=dict)
    unitless: bool | None = None

    @property
    def parts(self) -> frozenset[str]:
        """The channels and ions whose variables texts may name, as in ``INa.m``."""
        return parts_of(self.symbols, self.pre, self.post)

    def values(self, names: Collection[str], frame: FrameType | None) -> dict[str, Any]:
        """Return the values, from the namespace or else from the caller, that names may stand for."""
        known = {name for name, symbol in self.symbols.items() if symbol.role is not Role.EXTERNAL}
        ends = {f"{name}_pre" for name in self.pre} | {f"{name}_post" for name in self.post}
        ends |= {name for name, symbol in self.post.items() if symbol.role is not Role.EXTERNAL}
        if self.namespace is not None:
            offered = {name: self.namespace[name] for name in names if name in self.namespace}
        else:
            offered = found(names, frame) if frame is not None else {}
        return usable(offered, known | ends, strict=True)

    def scope(self, values: Mapping[str, Any], frame: FrameType | None = None) -> Scope:
        """Return what checking needs to know."""
        around = nearby(self.namespace, frame)
        return Scope(self.kind, externals(values), self.pre, self.post, self.unitless, around)

    def expression(
        self, text: str, part: str, expect: Unit | Literal["boolean", "integer", "any"], frame: FrameType | None
    ) -> tuple[CheckedExpression, dict[str, Any]]:
        """Return a text read as one formula and checked, and the captured values that it uses."""
        expr: Expr = parse_expression(text, self.owner, part, self.parts)
        values = self.values(free_names(expr), frame)
        checked = check_expression(expr, self.scope(values, frame), self.symbols, expect=expect)
        return checked, used(values)

    def statements(self, text: str, part: str, frame: FrameType | None) -> tuple[CheckedCode, dict[str, Any]]:
        """Return a text read as statements and checked, and the captured values that it uses."""
        code = parse_statements(text, self.owner, part, self.parts)
        values = self.values(free_names(code), frame)
        return check_code(code, self.scope(values, frame), self.symbols), used(values)


def parts_of(*symbols: Mapping[str, Symbol]) -> frozenset[str]:
    """Return the channels and ions to which variables belong."""
    return frozenset(name.partition(".")[0] for known in symbols for name in known if "." in name)


def used(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a checked text can have used."""
    return {name: value for name, value in values.items() if not isinstance(value, Unusable)}


def warn_of_hidden(symbols: Mapping[str, Symbol], offered: Mapping[str, Any], owner: str) -> None:
    """Warn once of names outside that the model's own meaning hides."""
    own = {Role.STATE, Role.PARAMETER, Role.SUBEXPRESSION, Role.BUILTIN}
    hidden = sorted(
        name for name, symbol in symbols.items() if symbol.role in own and name not in _SILENT and name in offered
    )
    if hidden:
        listed = ", ".join(repr(name) for name in hidden)
        warnings.warn(
            f"{owner}: {listed} in its texts means the model's own variable, not the value of that name outside",
            EqsimWarning,
            stacklevel=3,
        )
