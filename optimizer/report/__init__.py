"""A plan for people: key figures, tables, the screen, a workbook, one self-contained page, and one a technician."""

from __future__ import annotations

from optimizer.report.figures import kpis
from optimizer.report.frames import tables
from optimizer.report.page import render_page, write_page
from optimizer.report.screen import print_changes, print_plan
from optimizer.report.technician_files import write_technician_files
from optimizer.report.workbook import write_workbook

__all__ = [
    "kpis",
    "print_changes",
    "print_plan",
    "render_page",
    "tables",
    "write_page",
    "write_technician_files",
    "write_workbook",
]
