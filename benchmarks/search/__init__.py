"""How well searches find whom a caller means: classes of half-known names and numbers, with their truth."""
