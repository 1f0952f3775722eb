"""Read one line of a model: a definition (two for a second-order equation) or an initial value."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, NoReturn

import pyparsing as pp

from eqsim.language.expr import Expr, Name
from eqsim.language.expression import read_expression
from eqsim.language.grammar import FLAGS, line_grammar
from eqsim.language.lines import Line
from eqsim.language.model import Definition, Flag, Initial, UnitText
from eqsim.language.tokens import plain_name
from eqsim.text.errors import Mistake, ModelSyntaxError
from eqsim.text.nearest import nearest
from eqsim.text.source import Span

_FORMS = "write dx/dt = formula : unit, x = formula : unit, x : unit, or x(0) = formula"
_FLAG_WORD = re.compile(r"[^\W\d][\w -]*")


def read_definition(line: Line, dotted: frozenset[str] = frozenset()) -> tuple[Definition | Initial, ...]:
    """Read a line; raise ModelSyntaxError with the place of what cannot be read."""
    try:
        found = line_grammar().parse_string(line.text)
    except pp.ParseException as error:
        _explain(line, error.loc, dotted)
    left, place = found["place"].value, line.span(found["place"].locn_start, found["place"].locn_end)
    # in dx/dt the first letter is not part of the name
    name_start = line.text.index(left.name, found["place"].locn_start + ("/" in left.left))
    name_span = line.span(name_start, name_start + len(left.name))
    name = _name(left.name, name_span)
    order = _order(left, place)
    formula = _formula(line, found, dotted)
    flags = _flags(line, found)
    if left.zero:
        name = f"d{name}_dt" if left.prime else name
        return (_initial(name, formula, line, found, name_span),)
    unit = _unit(line, found)
    if order == 0:
        if formula is None:
            return (Definition(name, "parameter", None, unit, flags, name_span),)
        default = any(flag.text == "parameter" for flag in flags)
        return (Definition(name, "parameter" if default else "subexpression", formula, unit, flags, name_span),)
    if formula is None:
        hint = f"write {left.left} = ..., or {name} : unit for a parameter"
        _refuse("this equation has no right-hand side", line.span(), hint=hint)
    if order != 2:
        return (Definition(name, "derivative", formula, unit, flags, name_span, order),)
    rate = f"d{name}_dt"
    return (
        Definition(name, "derivative", Name(rate, name_span), unit, flags, name_span),
        Definition(rate, "derivative", formula, _unit_of_rate(unit), flags, name_span),
    )


def _refuse(summary: str, span: Span, found: str = "", hint: str = "") -> NoReturn:
    raise ModelSyntaxError(Mistake(ModelSyntaxError, summary, span, found=found, hint=hint))


def _explain(line: Line, at: int, dotted: frozenset[str] = frozenset()) -> NoReturn:
    """Say why a line does not fit the grammar, which stopped at character ``at``."""
    at += len(line.text[at:]) - len(line.text[at:].lstrip())
    rest = line.text[at:]
    here = line.span(at, at + (len(rest.split()[0]) if rest.split() else 1))
    if not line.text[:at].strip():
        _refuse("this line is neither an equation nor a parameter", line.span(), hint=_FORMS)
    if rest.startswith(":"):
        formula = re.match(r"[^=:]*=(?!=)([^:]*):", line.text)
        if formula:  # its own mistake tells more: a colon of a lambda, of a slice
            read_expression(line.part(*formula.span(1)), dotted)
        _refuse("this line has a second ':'", line.span(at, at + 1), hint="a line is formula : unit, in this order")
    if rest.startswith("=="):
        _refuse("'==' compares; a line defines with one '='", line.span(at, at + 2), hint="write =")
    if rest.startswith("="):
        _refuse("this '=' cannot stand here", line.span(at, at + 1), hint=_FORMS)
    if rest.startswith("("):
        words = [word.strip() for word in rest.strip("() \t").split(",")]
        unknown = next((word for word in words if " ".join(word.split()) not in FLAGS), rest)
        start = line.text.index(unknown, at) if unknown else at
        span = line.span(start, start + max(len(unknown), 1))
        if _FLAG_WORD.fullmatch(unknown):
            close = nearest(unknown, FLAGS)
            hint = f"did you mean ({close})?" if close else f"flags are {', '.join(FLAGS)}"
            _refuse(f"'{unknown}' is no flag", span, hint=hint)
    if rest.startswith("["):
        _refuse(
            "a variable has no index", here, f"'{rest.split()[0]}'", "one value per neuron is meant by the bare name"
        )
    _refuse("this cannot follow the name of a variable", here, f"'{rest}'", _FORMS)


def _name(text: str, span: Span) -> str:
    name = plain_name(text)
    if name is None:
        hint = "a name begins with a letter, holds letters, digits and underscores, and is no word of Python"
        _refuse("this cannot be the name of a variable", span, f"'{text}'", hint)
    return name


def _order(left: Any, place: Span) -> float:
    """Return 0 for a plain name, else the order of the derivative."""
    if left.primes:
        order, below = str(len(left.primes)), str(len(left.primes))
    elif left.order:
        order, below = left.order, left.below
    else:
        return 1 if "/" in left.left else 0
    value = float(unicodedata.normalize("NFKC", order))
    if value != float(unicodedata.normalize("NFKC", below)):
        _refuse("the two orders of this derivative differ", place, f"{order} and {below}", f"write /dt^{order}")
    if value <= 0 or (value > 2 and value == int(value)) or value > 100:
        hint = "write one equation for each derivative: dx/dt = y, dy/dt = z"
        _refuse("derivatives are of first, second or fractional order", place, f"order {order}", hint)
    return value


def _formula(line: Line, found: Any, dotted: frozenset[str]) -> Expr | None:
    if "formula" not in found:
        return None
    start, stop = found["formula"].locn_start, found["formula"].locn_end
    if not line.text[start:stop].strip():
        at = line.text.index("=")
        hint = "write a formula after it, or name : unit for a parameter"
        _refuse("nothing stands after this '='", line.span(at, at + 1), hint=hint)
    return read_expression(line.part(start, stop), dotted)


def _unit(line: Line, found: Any) -> UnitText | None:
    if "unit" not in found:
        return None
    start, stop = found["unit"].locn_start, found["unit"].locn_end
    text = line.text[start:stop].strip()
    if not text:
        at = line.text.index(":")
        _refuse("nothing stands after this ':'", line.span(at, at + 1), hint="write a unit, or 1 for a plain number")
    if text.startswith("="):
        _refuse(
            "this cannot be read", line.span(start - 1, start + 1), "':='", "write = before a formula, : before a unit"
        )
    # a bracket behind a complete unit was meant as flags
    bracket = re.search(r"(?<=[\w)])(?<!sqrt)\s+\(\s*([^\W\d][\w -]*(?:,[\w -]*)*)\)\s*\Z", text)
    if bracket:
        _explain(line, start + line.text[start:stop].index(text) + bracket.start())
    return UnitText(text, line.span(start, stop))


def _unit_of_rate(unit: UnitText | None) -> UnitText | None:
    if unit is None or unit.text in {"boolean", "bool", "integer"}:
        return unit
    return UnitText(f"({unit.text})/ms" if unit.text != "1" else "1/ms", unit.span)


def _flags(line: Line, found: Any) -> tuple[Flag, ...]:
    if "flags" not in found:
        return ()
    start, stop = found["flags"].locn_start, found["flags"].locn_end
    words = _FLAG_WORD.finditer(line.text, start, stop)
    return tuple(Flag(" ".join(word.group().split()), line.span(word.start(), word.end())) for word in words)


def _initial(name: str, formula: Expr | None, line: Line, found: Any, span: Span) -> Initial:
    if formula is None:
        _refuse("this initial value has no formula", line.span(), hint=f"write {line.text.strip()} = formula")
    for part in ("unit", "flags"):
        if part in found:
            at = line.span(found[part].locn_start, found[part].locn_end)
            what = "no unit" if part == "unit" else "no flags"
            _refuse(f"an initial value has {what}", at, hint="the line that defines the variable has them")
    return Initial(name, formula, span)
