"""The state of an emulated tenant."""
