"""A case of a mistake: a text with what belongs to it, run through all stages up to the choice of a scheme."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from eqsim.analysis.analyse import analyse
from eqsim.checking.check import check, check_code, check_expression
from eqsim.checking.checked import External, Scope
from eqsim.checking.units import parse_unit
from eqsim.language.parse import parse, parse_expression, parse_generator, parse_statements, with_arguments
from eqsim.schemes.choose import choose

FOLDER = Path(__file__).parent
TEXTS = ("threshold", "reset", "refractory", "on_pre", "on_post", "method", "noise")


@dataclass
class Case:
    text: str
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return "Synapses 's'" if self.keys.get("kind") == "synapse" else "NeuronGroup 'exc'"


def read_case(path: Path) -> Case:
    text, _, below = path.read_text(encoding="utf-8").partition("\n---\n")
    keys = dict(line.split(": ", 1) for line in below.splitlines() if line)
    return Case(text, {key: value.replace("\\n", "\n") for key, value in keys.items()})


def externals(namespace: str) -> dict[str, External]:
    found = {}
    for name, arguments, value in re.findall(r"(\w+)\s*(\([^)]*\))?\s*=\s*([^,]+)", namespace):
        if value.startswith("<"):
            found[name] = External("other", what=value.strip("<>"))
        elif not arguments:
            checked = check_expression(parse_expression(value), Scope(), {})
            found[name] = External("scalar", checked.unit, checked.type)
        elif arguments == "()":
            found[name] = External("timed_array", parse_unit(value.strip())[0])
        else:
            units = tuple(parse_unit(unit)[0] for unit in arguments.strip("()").split(","))
            found[name] = External("function", parse_unit(value.strip())[0], arguments=units)
    return found


def run(case: Case) -> None:
    """Take everything in a case through the stages, in the order in which an object does."""
    keys, owner = case.keys, case.owner
    groups = {of: check(parse(keys[of]), Scope()).symbols if of in keys else {} for of in ("pre", "post")}
    kind = "synapse" if keys.get("kind") == "synapse" else "neuron"
    scope = Scope(kind, externals(keys.get("namespace", "")), groups["pre"], groups["post"])
    model = parse(case.text, owner)
    texts = {name: keys.get(name) for name in TEXTS}
    events = {key.removeprefix("event "): text for key, text in keys.items() if key.startswith("event ")}
    checked = check(with_arguments(model, owner, events=events, **texts), scope)
    system = analyse(checked)
    if system.stepped:
        choose(system, checked.method, checked.noise)
    if "code" in keys:
        check_code(parse_statements(keys["code"], owner, "run_regularly"), scope, checked.symbols)
    if "generator" in keys:
        parse_generator(keys["generator"], owner, "connect j")
    for key, text in keys.items():
        if key.startswith("value "):
            wanted = key.removeprefix("value ")
            expect = wanted if wanted in {"boolean", "integer"} else parse_unit(wanted)[0]
            check_expression(parse_expression(text, owner, "value"), scope, checked.symbols, expect=expect)
