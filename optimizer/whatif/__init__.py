"""What would be otherwise: plans made anew with other facts, beside the one in hand; nothing is applied."""
