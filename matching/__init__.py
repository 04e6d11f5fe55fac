"""Who is the same: pure functions over records, without database, network or clock."""
