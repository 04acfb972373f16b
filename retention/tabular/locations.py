"""Where the cells of a column stand in a file, and the notes and errors that name their rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.wording.text import count_noun, quote, quote_cell


@dataclass(frozen=True)
class ColumnLocation:
    """Where the cells of a column stand, for messages.

    Attributes
    ----------
    source
        The file's name.
    name
        The column's name.
    row_numbers
        The row number that a spreadsheet shows for each cell, (n,).
    """

    source: str
    name: str
    row_numbers: NDArray[np.int64]

    def error(self, position: int, sentence: str) -> InputError:
        """Return an error about the cell at this position, naming its row."""
        return InputError(
            f"{self.source}: column {quote(self.name)}, row {self.row_numbers[position]:,}: {sentence}"
        )

    def quote_cell(self, cells: Any, position: int) -> str:
        """Quote the cell at this position of an Arrow column together with its row number."""
        return f"{quote_cell(cells[position])} in row {self.row_numbers[position]:,}"

    def kept_as_text(self, reason: str) -> str:
        """Return the note that the column is text although it looks like numbers."""
        return f"column {quote(self.name)} is kept as text: {reason}"

    def blank_note(self, blank: NDArray[np.bool_], cells: Any) -> str | None:
        """Return a note about the cells without a number, those in the mask (n,); None if there are none."""
        if not blank.any():
            return None
        first = int(np.argmax(blank))
        word = quote_cell(cells[first]) if cells[first].is_valid else "blank"
        return (
            f"column {quote(self.name)}: {int(blank.sum()):,} of {count_noun(len(blank), 'cell')} hold no number "
            f"(first in row {self.row_numbers[first]:,}: {word}) and count as missing"
        )
