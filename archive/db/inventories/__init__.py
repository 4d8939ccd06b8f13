"""What is in a database: its rows by checksums, and the statements of its objects. A module for each engine."""

import sqlite3
from types import ModuleType
from typing import Any

from archive.db.inventories.base import ColumnSums, Inventory, TableState
from archive.running import Watch, unwatched

__all__ = ["ColumnSums", "Inventory", "TableState", "inventory_of", "take_inventory"]


def inventory_of(driver: Any) -> ModuleType:
    """Return what takes inventories of the engine that a driver's connection leads to."""
    if isinstance(driver, sqlite3.Connection):
        from archive.db.inventories import sqlite

        return sqlite
    from archive.db.inventories import postgresql

    return postgresql


def take_inventory(driver: Any, watch: Watch = unwatched) -> Inventory:
    """Return what is in a database now; users' own tables and search indexes too, the archive's search index not.

    `watch` is told of each table before it is read.
    """
    inventory: Inventory = inventory_of(driver).take_inventory(driver, watch)
    return inventory
