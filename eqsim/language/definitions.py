"""Read one line of a model: a definition (two for a second-order equation) or an initial value."""

from __future__ import annotations

import keyword
import re
import unicodedata
from typing import Any, NoReturn

import pyparsing as pp

from eqsim.language.directives import WORDS
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
_NAME = re.compile(r"[^\W\d]\w*")
_FLAG_WORD = re.compile(r"[^\W\d][\w -]*")
_FLAG = "|".join(flag.replace(" ", r"\s+") for flag in FLAGS)
_ANY_FLAGS = rf"(?:{_FLAG})(?:\s*,\s*(?:{_FLAG}))*"


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
    left, rest = line.text[:at].strip(), line.text[at:]
    first = rest.split()[0] if rest.split() else ""
    here = line.span(at, at + max(len(first), 1))
    if not left:
        hint = "a name begins with a letter" if line.text[0].isdigit() else _FORMS
        hint = "the quotes around the whole text are enough" if line.text[0] in "\"'" else hint
        _refuse("this line is neither an equation nor a parameter", line.span(), hint=hint)
    if (word := _NAME.match(line.text)) and keyword.iskeyword(word.group()):
        hint = "lines of a model define variables; statements belong to reset, on_pre, on_post and run_regularly"
        _refuse(f"'{word.group()}' cannot begin a line of a model", line.span(*word.span()), hint=hint)
    if rest.startswith(":"):
        _second_colon(line, at, dotted)
    if rest.startswith("=="):
        _refuse("'==' compares; a line defines with one '='", line.span(at, at + 2), hint="write =")
    if rest.startswith("="):
        _refuse("this '=' cannot stand here", line.span(at, at + 1), hint=_FORMS)
    if rest.startswith("("):
        _bracket(line, at, left)
    if rest.startswith("["):
        _refuse("a variable has no index", here, f"'{first}'", "one value per neuron is meant by the bare name")
    if rest.startswith(","):
        hint = "write one line for each variable"
        _refuse("a line defines one variable", line.span(at, at + 1), f"',' after '{left}'", hint)
    if re.match(r"[-+*/%]{1,2}=", rest):
        hint = "the lines of a model define; statements belong to reset, on_pre, on_post and run_regularly"
        _refuse("this statement stands among the lines of a model", here, f"'{first}'", hint)
    if re.search(r"/\s*d\s*t|'\Z", left):
        _refuse("an '=' is missing before this", here, f"'{first}' after '{left}'", f"write {left} = ...")
    if rest.startswith("/"):
        _refuse("this is no derivative", line.span(0, at + len(first)), f"'{left}{first}'", _derivative(left, first))
    if re.match(r"[^\W\d]", rest):
        _two_words(line, at, left, first)
    hint = "a derivative is written dv/dt, or v'" if first[0] in "\u2018\u2019\u2032`" else _FORMS
    if first[0] in "-.@$*?!" and "=" not in line.text[: at + len(first)]:
        hint = f"a name holds letters, digits and underscores; {hint}"
    _refuse("this cannot follow the name of a variable", here, f"'{first}' after '{left}'", hint)


def _second_colon(line: Line, at: int, dotted: frozenset[str]) -> NoReturn:
    formula = re.match(r"[^=:]*=(?!=)([^:]*):", line.text)
    if formula:  # its own mistake tells more: a colon of a lambda, of a slice
        read_expression(line.part(*formula.span(1)), dotted)
    hint = "a line is formula : unit, in this order"
    if "=" not in line.text[:at]:
        hint = "write '=' before the formula and ':' before the unit"
    elif "\n" in line.source.text[line.start + line.text.index(":") : line.start + at]:
        hint = "an equation goes on where a line begins with an operator; its unit stands once, at the end"
    if words := re.fullmatch(rf"\s*\(?\s*({_ANY_FLAGS})\s*\)?\s*", line.text[at + 1 :]):
        hint = f"flags stand in a bracket without ':'; write ({words.group(1)})"
    _refuse("this line has a second ':'", line.span(at, at + 1), hint=hint)


def _bracket(line: Line, at: int, left: str) -> None:
    """Refuse a bracket at the end of a line that is wrong as flags; or one behind the name of a variable."""
    rest = line.text[at:].strip()
    if re.fullmatch(rf"(?:\(\s*(?:{_ANY_FLAGS})\s*\)\s*){{2,}}", rest):
        flags = re.findall(r"[^()]+", re.sub(r"\)\s*\(", ")(", rest))
        hint = f"write all flags in one bracket: ({', '.join(flag.strip() for flag in flags)})"
        _refuse("a line has one bracket with flags", line.span(line.text.index("(", at + 1)), hint=hint)
    if re.match(r"\([^()]*\)\s*=", rest):
        name = left.rstrip("'")
        hint = f"an initial value is written {name}(0) = ..., that of a first derivative {name}'(0) = ..."
        _refuse("this is no initial value", line.span(0, at + rest.index(")") + 1), hint=hint)
    words = [word.strip() for word in rest.strip("() \t").split(",")]
    unknown = next((word for word in words if " ".join(word.split()) not in FLAGS), rest)
    if _FLAG_WORD.fullmatch(unknown):
        start = line.text.index(unknown, at)
        close = nearest(unknown, FLAGS)
        hint = f"did you mean ({close})?" if close else f"flags are {', '.join(FLAGS)}"
        _refuse(f"'{unknown}' is no flag", line.span(start, start + len(unknown)), hint=hint)


def _derivative(left: str, first: str) -> str:
    """Return how the derivative is written that was meant by ``left/...``."""
    if higher := re.fullmatch(r"d\^?(\d)(\w+)", left):
        order, name = higher.groups()
        return f"write d{order}{name}/dt{order}" if order != "1" else f"write d{name}/dt"
    if left == "d":
        return "write dx/dt for the derivative of x"
    if first.startswith("/dt") and not left.startswith("d"):
        return f"write d{left}/dt"
    if re.match(r"/d\w+", first):
        return f"derivatives are taken with respect to time t: write {left}/dt"
    return _FORMS


def _two_words(line: Line, at: int, left: str, first: str) -> None:
    """Refuse a word behind the name of a variable: a misspelt directive, or a unit without a ':'."""
    start = line.text.index(left)
    if (close := nearest(left, WORDS, 0.75)) and left not in WORDS:
        hint = f"did you mean {close}?"
        _refuse("this line is neither a definition nor a directive", line.span(start, start + len(left)), "", hint)
    if name := re.match(r"([\w ]*\w)\s*[:=]", line.text[at:]):
        hint = f"a name has no blanks; write {left}_{name.group(1).replace(' ', '_')}"
        _refuse("this cannot follow the name of a variable", line.span(at, at + name.end(1)), f"'{first}'", hint)
    if re.fullmatch(r"[\w*/]+(?:\s*\([\w ,-]*\))?", line.text[at:].strip()):
        hint = f"write {left} : {first}"
        _refuse("a ':' is missing before this", line.span(at, at + len(first)), f"'{first}' after '{left}'", hint)


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
    formula = line.part(start, stop)
    if found["place"].value.name in WORDS and formula.text[0] in "\"'":
        hint = f"write {found['place'].value.name} {formula.text.strip(formula.text[0])}"
        _refuse("a directive has no '=' and no quotes", formula.span(), hint=hint)
    return read_expression(formula, dotted, before_unit="unit" not in found)


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
    _flags_in_unit(line, start, stop, _flags(line, found))
    name = found["place"].value.name
    if name in WORDS and re.search(r"[<>=]", text):
        at = line.text.rindex(":", 0, start)
        _refuse("a directive has no ':'", line.span(at, at + 1), "':'", f"write {name} {text}")
    return UnitText(text, line.span(start, stop))


def _flags_in_unit(line: Line, start: int, stop: int, flags: tuple[Flag, ...]) -> None:
    """Refuse what was meant as flags and stands where a unit is read."""
    text = line.text[start:stop]
    bare = re.search(rf"\s(?P<open>[\[(]?)\s*(?P<flags>(?:{_FLAG})(?:[\s,;]+(?:{_FLAG}))*)\s*[\])]?\s*\Z", text)
    if bare:
        words = re.findall(_FLAG, bare["flags"]) + [flag.text for flag in flags]
        hint = f"write ({', '.join(words)})"
        span = line.span(start + bare.start() + 1, stop)
        _refuse("flags stand in one round bracket, with commas between them", span, f"'{span.text}'", hint)
    if empty := re.search(r"\(\s*\)\s*\Z", text):
        _refuse(
            "this bracket is empty", line.span(start + empty.start(), stop), hint="write a flag in it, or remove it"
        )
    # a bracket behind a complete unit was meant as flags
    other = re.search(r"(?<=[\w)])(?<!sqrt)\s+\(\s*([^\W\d][\w -]*(?:,[\w -]*)*)\)\s*\Z", text)
    if other:
        _explain(line, start + other.start())


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
            _refuse(f"an initial value has {what}", at, hint="the line that defines the variable has unit and flags")
    return Initial(name, formula, span)
