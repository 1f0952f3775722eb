"""The grammar of one line of a model: its left side, its formula, its unit and its flags; and nothing else."""

from __future__ import annotations

from functools import cache

import pyparsing as pp

# words that may stand in the bracket at the end of a line
FLAGS = (
    "constant over dt",
    "constant",
    "shared",
    "unless refractory",
    "linked",
    "parameter",
    "event-driven",
    "clock-driven",
    "summed",
    "point current",
    "inward",
    "outward",
)

_NAME = r"[^\W\d]\w*"
_NUMBER = r"\d+(?:\.\d*)?|\.\d+"
_FLAG = "|".join(flag.replace(" ", r"\s+") for flag in FLAGS)
_BRACKET = rf"\(\s*(?:{_FLAG})(?:\s*,\s*(?:{_FLAG}))*\s*\)\s*\Z"
# everything up to ':' or up to the flags at the end
_UP_TO = rf"(?:(?!{_BRACKET})[^:])*"


def _left() -> pp.ParserElement:
    """Return the grammar of what stands before '=' or ':'.

    =============================== ====================================
    ``dx/dt``                       first order; ``x'`` is the same
    ``d2x/dt2``, ``x''``            second order
    ``d^0.8 x/dt^0.8``              fractional order
    ``x(0)``, ``x'(0)``             initial value
    ``x``                           subexpression or parameter
    =============================== ====================================
    """
    over = r"\s*/\s*d\s*t"
    first = pp.Regex(rf"d\s*(?P<name>{_NAME}){over}(?!\w)(?!\s*\^)")
    whole = pp.Regex(rf"d(?:\s*\^\s*)?(?P<order>\d)\s*(?P<name>{_NAME}){over}\s*(?:\^\s*)?(?P<below>\d)(?![\w.])")
    power = pp.Regex(rf"d\s*\^\s*(?P<order>{_NUMBER})\s*(?P<name>{_NAME}){over}\s*\^\s*(?P<below>{_NUMBER})")
    start = pp.Regex(rf"(?P<name>{_NAME})\s*(?P<prime>'?)\s*(?P<zero>\(\s*0\s*\))(?=\s*(?:=(?!=)|\Z))")
    prime = pp.Regex(rf"(?P<name>{_NAME})\s*(?P<primes>'+)")
    plain = pp.Regex(rf"(?P<name>{_NAME})")
    return (whole | power | first | start | prime | plain)("left")


@cache
def line_grammar() -> pp.ParserElement:
    """Return the grammar of a line: ``left [= formula] [: unit] [(flags)]``; parts are named and located."""
    formula = pp.Suppress(pp.Regex(r"=(?!=)")) + pp.Located(pp.Regex(_UP_TO))("formula")
    unit = pp.Suppress(":") + pp.Located(pp.Regex(_UP_TO))("unit")
    flags = pp.Located(pp.Regex(_BRACKET))("flags")
    line = pp.Located(_left())("place") + pp.Opt(formula) + pp.Opt(unit) + pp.Opt(flags) + pp.StringEnd()
    return line.parse_with_tabs()
