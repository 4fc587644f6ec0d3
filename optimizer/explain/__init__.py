"""Why a visit is not planned, and what would make it possible."""
