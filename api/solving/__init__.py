"""Jobs become plans: worker processes, and what watches over them."""
