"""Who may be relatives: suggested by the run of all customers, decided by stewards, and what comes of it."""
