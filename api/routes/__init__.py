"""Endpoints, a file a subject: each parses, calls one function and answers."""
