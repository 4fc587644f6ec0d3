"""Connections: what the door holds before anybody has shown a key."""
