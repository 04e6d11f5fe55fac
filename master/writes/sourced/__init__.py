"""What source systems say, applied in bulk: what differs from the same source's last row."""
