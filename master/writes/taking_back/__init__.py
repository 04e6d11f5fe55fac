"""Takes back what a batch did: the histories that triggers keep say what that was."""
