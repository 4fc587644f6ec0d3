"""Places of addresses without coordinates: what districts and towns are where, and how an address names them."""
