"""How a branch's own files are read: which of its columns is which of ours, and what its words mean (`mapping.toml`)."""
