"""Puts the hub together: settings, the HTTP front, health, metrics, logging and the commands."""
