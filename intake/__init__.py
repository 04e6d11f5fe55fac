"""Other systems' data coming in: a file's lines are staged, resolved, applied and reported."""
