"""Places in, seconds and metres out.

`matrix.py` is the data, `provider.py` the one-method port, `geodesic.py` an estimate from coordinates. 
"""
