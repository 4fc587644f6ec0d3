"""Files to a Problem and back: every fault in one report, by sheet, row and column."""
