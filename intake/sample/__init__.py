"""A hub filled with believable customers that do not exist, the same ones for the same seed."""
