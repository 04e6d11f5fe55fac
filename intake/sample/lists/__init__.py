"""Lists of names, places, products, tags and topics that the sample is made of."""
