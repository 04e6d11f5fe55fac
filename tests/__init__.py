"""The promises of the hub, folder by folder as the code has them."""
