"""How soon the index holds what the master holds: one change, many of them, and everything."""
