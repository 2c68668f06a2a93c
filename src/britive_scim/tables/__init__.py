"""Tables of plain values, and the same tables for pandas, polars, Arrow, CSV and Excel.

`Table` has named and typed columns and lazy batches of rows. `Tabular` is the base of everything that can be written
as a table: its methods convert to the libraries, which are imported on use.
"""

from __future__ import annotations

from britive_scim.tables.completeness import IncompleteTableWarning
from britive_scim.tables.table import Row, Table, Tabular
from britive_scim.tables.text import shorten

__all__ = ["IncompleteTableWarning", "Row", "Table", "Tabular", "shorten"]
