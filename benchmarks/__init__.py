"""Measure Paigong on public instances and benchmark days; see README.md beside this file."""
