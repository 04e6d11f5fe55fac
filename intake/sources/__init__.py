"""The formats that data comes in."""
