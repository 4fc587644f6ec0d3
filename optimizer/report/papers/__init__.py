"""The coordinator's papers: route sheets, call list, changes, pick list, tool list, loan card, register.

What each of them holds is in docs/rules.md, Papers.
"""
