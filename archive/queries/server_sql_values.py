"""What values of a server become: what JSON, a table and CSV can show, as near as can be to what SQLite gives."""

import json
from functools import cache
from typing import Any

from psycopg import postgres
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.types.array import register_all_arrays
from psycopg.types.numeric import FloatLoader, IntDumper, IntLoader
from psycopg.types.string import ByteaLoader, StrDumperUnknown, TextLoader


class _Numeric(Loader):
    """A whole number, or a float as SQLite has it: what `sum()` and `round()` give stays a number."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


class _Bool(Loader):
    """0 or 1, as SQLite has it."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _Json(Loader):
    def load(self, data: Buffer) -> Any:
        return json.loads(bytes(data))


@cache
def values_as_read() -> AdaptersMap:
    """Return how values are read: what is not named here comes as the text that the server writes."""
    adapters = AdaptersMap(types=postgres.types)
    adapters.register_dumper(str, StrDumperUnknown)
    adapters.register_dumper(int, IntDumper)
    adapters.register_loader(0, TextLoader)
    for names, loader in (
        (("int2", "int4", "int8", "oid"), IntLoader),
        (("float4", "float8"), FloatLoader),
        (("numeric",), _Numeric),
        (("bool",), _Bool),
        (("bytea",), ByteaLoader),
        (("json", "jsonb"), _Json),
    ):
        for name in names:
            adapters.register_loader(name, loader)
    register_all_arrays(adapters)
    return adapters
