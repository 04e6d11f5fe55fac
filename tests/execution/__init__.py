"""The compiled path against the ordinary one."""
