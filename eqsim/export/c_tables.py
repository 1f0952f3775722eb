"""What a program in C99 knows of its network besides kernels: arrays, constants, what may be set, records, queues."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from eqsim.checking.checked import Type
from eqsim.checking.units import unit_table
from eqsim.export.c_kernels import FOLDER, comment
from eqsim.export.c_network import plain_integer, plain_real, quoted
from eqsim.export.description import recorded
from eqsim.export.project import Column, Project, Recorded, Settable
from eqsim.lowering.program import Address
from eqsim.targets.layout import Layout
from eqsim.targets.render import environment
from eqsim.version import __version__

_KINDS: Mapping[str, str] = MappingProxyType({"index": "i", "time": "t", "clock": "c", "value": "v", "rate": "r"})
_SHORT = MappingProxyType({"s": "second"})  # what people write on a command line


def tables_source(project: Project, layout: Layout, digest: str) -> str:
    """Render the tables; ``digest`` tells this export from others."""
    tables = _Tables(project, layout)
    fields = {
        "title": comment(project.title),
        "project": project,
        "strings": {
            "title": quoted(project.title),
            "version": quoted(__version__),
            "digest": quoted(digest),
            "time_unit": quoted(project.time_unit),
            "records": quoted(json.dumps(recorded(project))),
        },
        "dt": plain_real(project.dt),
        "tables": tables.rows(),
        "columns": [[tables.column(column) for column in record.columns] for record in project.records],
    }
    return str(environment(FOLDER).get_template("description.j2").render(fields))


class _Tables:
    """The rows of the tables, in which arrays and constants are numbers."""

    def __init__(self, project: Project, layout: Layout) -> None:
        self.project, self.layout = project, layout
        known = {array.address: array for array in project.arrays}
        order = [*layout.arrays, *(address for address in known if address not in layout.arrays)]
        self.arrays = [known[address] for address in order]
        self.numbers = {address: number for number, address in enumerate(order)}

    def rows(self) -> dict[str, tuple[str, list[str]]]:
        """Return the rows of each table by its name, with the type of a row."""
        project, storages = self.project, self.layout.storages
        reals = {a: storages[a.object].constants[a.variable] for a in self.layout.reals}
        integers = {a: storages[a.object].constants[a.variable] for a in self.layout.integers}
        units = {**unit_table(), **{short: unit_table()[name] for short, name in _SHORT.items()}}
        return {
            "array": (
                "struct eq_array",
                [
                    _row(
                        quoted(str(one.address)),
                        quoted(one.file) if one.file else "0",
                        f"EQ_{str(one.values.dtype).upper()}",
                        int(one.written),
                        self.number(one.view_of),
                    )
                    for one in self.arrays
                ],
            ),
            "real": ("struct eq_real", [_row(quoted(str(a)), plain_real(float(v))) for a, v in reals.items()]),
            "integer": (
                "struct eq_integer",
                [_row(quoted(str(a)), plain_integer(int(v))) for a, v in integers.items()],
            ),
            "settable": ("struct eq_settable", [self.settable(one) for one in project.settables]),
            "fixed": ("struct eq_fixed", [_row(quoted(path), quoted(why)) for path, why in project.fixed.items()]),
            "unit": (
                "struct eq_unit",
                [_row(quoted(name), _list(unit.exponents), int(unit.scale)) for name, unit in units.items()],
            ),
            "record": ("struct eq_record", [self.record(k, one) for k, one in enumerate(project.records)]),
            "queue": (
                "struct eq_queue",
                [
                    _row(
                        quoted(one.title),
                        _list(self.number(a) for a in one.rings),
                        _list(self.number(a) for a in one.runs) if one.runs else "{-1}",
                        len(one.rings),
                        len(one.runs),
                        self.number(one.head),
                        self.number(one.tail),
                        one.most,
                    )
                    for one in project.queues
                ],
            ),
            "stream": (
                "struct eq_stream",
                [
                    _row(self.layout.integers[a], f"UINT64_C({number})")
                    for a, number in project.streams.items()
                    if a in self.layout.integers
                ],
            ),
            "finite": ("int", [str(self.number(a)) for a in project.finite]),
        }

    def number(self, address: Address | None) -> int:
        """Return the number of an array, -1 for none."""
        return -1 if address is None else self.numbers[address]

    def settable(self, one: Settable) -> str:
        """Return the row of what may be set."""
        constant = one.shape == "constant"
        return _row(
            quoted(one.path),
            -1 if constant else self.number(one.address),
            self.layout.reals.get(one.address, -1) if constant else -1,
            self.layout.integers.get(one.address, -1) if constant else -1,
            one.size,
            f"'{one.kind[0]}'",
            quoted(one.unit),
            _list(plain_real(float(exponent)) for exponent in one.exponents),
            plain_real(float(one.scale)),
            quoted(one.about),
        )

    def record(self, place: int, one: Recorded) -> str:
        """Return the row of a record."""
        numbers = (self.number(one.within), self.number(one.counted), self.number(one.members))
        columns = f"columns_{place}" if one.columns else "0"
        sizes = (len(one.columns), int(one.kind == "states"), one.period, one.width, one.most, one.size)
        times = (plain_real(one.dt), plain_real(one.factor))
        return _row(quoted(one.name), columns, *sizes, *times, *numbers, quoted(one.counts))

    def column(self, one: Column) -> str:
        """Return the row of a column."""
        types: Mapping[Type, str] = {
            "real": "EQ_FLOAT64" if one.kind != "value" or self.project.dtype == "float64" else "EQ_FLOAT32",
            "integer": "EQ_INT32" if one.kind == "index" else "EQ_INT64",
            "boolean": "EQ_BOOL",
        }
        ends = self.number(one.values), self.number(one.used)
        return _row(quoted(one.file), f"'{_KINDS[one.kind]}'", types[one.type], *ends)


def _row(*values: object) -> str:
    return "{" + ", ".join(str(value) for value in values) + "}"


def _list(values: Iterable[object]) -> str:
    return _row(*values)
