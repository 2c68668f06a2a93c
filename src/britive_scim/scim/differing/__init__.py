"""The parts of a difference: what is compared, and which operations lead from one value to another."""
