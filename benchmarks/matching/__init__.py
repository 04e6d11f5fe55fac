"""Who is the same: quality against known truth, and speed, beside Splink and recordlinkage."""
