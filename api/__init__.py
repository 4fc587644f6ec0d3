"""The service for dispatch systems. It comes with its own issue; the package holds its place in the contracts."""
