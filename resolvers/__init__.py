"""How each root question and command is answered: read, or open a transaction and call one write."""
