"""What a program in C99 knows of its network besides kernels: arrays, constants, what may be set, records, queues."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from eqsim.checking.checked import Type
from eqsim.checking.units import MEANT, unit_table
from eqsim.export.c_kernels import FOLDER, comment
from eqsim.export.c_network import plain_integer, plain_real, quoted
from eqsim.export.description import recorded
from eqsim.export.project import Array, Column, Project, Queue, Recorded, Settable
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
        reals = {a: float(storages[a.object].constants[a.variable]) for a in self.layout.reals}
        integers = {a: int(storages[a.object].constants[a.variable]) for a in self.layout.integers}
        units = {**unit_table(), **{short: unit_table()[name] for short, name in _SHORT.items()}}
        streams = {self.layout.integers[a]: n for a, n in project.streams.items() if a in self.layout.integers}
        rows = {
            "array": [self.array(one) for one in self.arrays],
            "real": [_row(quoted(str(address)), plain_real(value)) for address, value in reals.items()],
            "integer": [_row(quoted(str(address)), plain_integer(value)) for address, value in integers.items()],
            "settable": [self.settable(one) for one in project.settables],
            "fixed": [_row(quoted(path), quoted(why)) for path, why in project.fixed.items()],
            "unit": [_row(quoted(name), _row(*unit.exponents), int(unit.scale)) for name, unit in units.items()],
            "meant": [_row(quoted(name), quoted(unit)) for name, unit in MEANT.items() if name not in units],
            "record": [self.record(number, one) for number, one in enumerate(project.records)],
            "queue": [self.queue(one) for one in project.queues],
            "stream": [_row(place, f"UINT64_C({number})") for place, number in streams.items()],
        }
        return {name: (f"struct eq_{name}", found) for name, found in rows.items()} | {
            "finite": ("int", [str(self.number(address)) for address in project.finite])
        }

    def array(self, one: Array) -> str:
        """Return the row of an array."""
        names = quoted(str(one.address)), quoted(one.file) if one.file else "0"
        return _row(*names, f"EQ_{str(one.values.dtype).upper()}", int(one.written), self.number(one.view_of))

    def queue(self, one: Queue) -> str:
        """Return the row of a queue."""
        rings, runs = [self.number(a) for a in one.rings], [self.number(a) for a in one.runs]
        ends = self.number(one.head), self.number(one.tail)
        return _row(quoted(one.title), _row(*rings), _row(*(runs or [-1])), len(rings), len(runs), *ends, one.most)

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
            _row(*(plain_real(float(exponent)) for exponent in one.exponents)),
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
