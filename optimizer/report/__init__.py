"""A plan for people: key figures, tables, the screen, a workbook, one self-contained page, and one a technician."""
