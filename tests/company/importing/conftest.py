"""Small exports and the mappings that fit them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from servicelab.company.importing import import_data
from servicelab.company.importing.report import ImportReport

CALLS = """
source:
  format: csv
  delimiter: comma
tables:
  calls:
    columns:
      call_id: id
      arrived_at: at
      wait: wait
      served: ok
      service: talk
      kind: kind
      customer_id: who
"""
HEADER = "id,at,wait,ok,talk,kind,who\n"
ROW = "1,2025-11-11 09:30:00,12,yes,60,order,Li Wei\n"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., ImportReport]:
    """Import a text or bytes by a mapping text; the tables come to ``tmp_path / 'out'``."""

    def run(mapping: str, export: str | bytes, name: str = "export.csv", **options) -> ImportReport:
        (tmp_path / "mapping.yml").write_text(mapping, encoding="utf-8")
        (tmp_path / name).write_bytes(export.encode() if isinstance(export, str) else export)
        return import_data(tmp_path / "mapping.yml", tmp_path / name, tmp_path / "out", **options)

    return run
