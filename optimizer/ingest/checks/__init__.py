"""Checks of the rows against each other, and doubts about what they say."""
