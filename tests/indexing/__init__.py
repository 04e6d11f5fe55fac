"""The master made searchable: terms, questions, ranks, highlights and the embedded engine."""
