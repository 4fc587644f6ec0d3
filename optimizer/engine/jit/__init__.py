"""The home of numba: the decorator of kernels, how they are compiled, arrays by address."""
