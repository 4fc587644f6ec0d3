"""The forms in which a branch comes: folder, workbook, JSON; headings and columns, up to rows checked cell by cell."""
