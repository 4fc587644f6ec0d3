"""Places in, seconds and metres out.

`matrix.py` is the data and `provider.py` the port; `geodesic.py` estimates from coordinates, `matrix_file.py`
takes the user's own figures.
"""
