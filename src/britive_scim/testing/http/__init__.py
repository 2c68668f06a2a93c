"""HTTP of the emulated tenant: messages, faults, clock, credentials."""
