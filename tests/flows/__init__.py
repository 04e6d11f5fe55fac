"""The hub's main flows from end to end: docs/flows.md tells them, these tests run them."""
