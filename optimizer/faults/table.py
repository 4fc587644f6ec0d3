"""The catalogue of faults: code, cause and way out of everything that an input can get wrong.

Codes are stable; the Chinese of each sentence is in the catalogue. `{value}` is what stands in the cell.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.faults.of_closing import FAULTS_OF_CLOSING
from optimizer.faults.of_doubts import FAULTS_OF_DOUBTS
from optimizer.faults.of_edits import FAULTS_OF_EDITS
from optimizer.faults.of_files import FAULTS_OF_FILES
from optimizer.faults.of_rows import FAULTS_OF_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.faults.fault import Fault

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {**FAULTS_OF_FILES, **FAULTS_OF_ROWS, **FAULTS_OF_DOUBTS, **FAULTS_OF_EDITS, **FAULTS_OF_CLOSING}
)
