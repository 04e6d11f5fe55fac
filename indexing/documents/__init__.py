"""What the index holds of each subject: its mapping, and how rows become documents."""
