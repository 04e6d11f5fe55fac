"""The relational truth about customers, and every rule about changing it."""
