"""One module a format, each with the same four questions.

`recognises(text)` by content; `parse(text, name=...)` into the format's own numbers; `problem_of(parsed)` and
`matrix_of(parsed, problem)` into ours, so that our money sum orders plans as the format's objective does.
"""
