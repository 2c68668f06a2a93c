"""Operation index, dry run, connection report, tracing attributes."""
