"""How a branch's own files are read: which column is which of ours, what its words mean (`mapping.toml`)."""
