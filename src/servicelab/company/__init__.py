"""The firm: Skylark Home 云雀家居, its tables, how they are read, checked and made."""

from servicelab.company.reading import data_directory, describe, label, load, localised, table, tables

__all__ = ["data_directory", "describe", "label", "load", "localised", "table", "tables"]
