"""The settings of a branch: named policies and promise profiles, and a branch's own changes to them."""
