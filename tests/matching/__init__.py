"""Who is the same: readings, scripts and numbers, with values from published examples."""
