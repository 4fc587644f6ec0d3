"""The independent judge: no plan leaves without its verdict. It knows the domain and travel times, nothing else."""
