"""A table in memory where otherwise the name of a file stands. Light: options import it."""

from __future__ import annotations


class TableInput:
    """Base of the tables that an option accepts in place of the name of a file.

    Parameters
    ----------
    name : str
        What messages call the table.
    """

    name: str

    def whole_table(self) -> TableInput:
        """The table itself; of one whose cells are not read yet, with them."""
        return self
