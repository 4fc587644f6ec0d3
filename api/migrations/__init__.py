"""The database's history, a file a step; `paigong serve` and `paigong work` bring it up to date."""
