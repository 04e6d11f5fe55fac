"""What the API says: types, fields and inputs, and how each field gets its value. No rules, no SQL."""
