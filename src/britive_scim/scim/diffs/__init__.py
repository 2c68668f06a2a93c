"""Compare resources: equality, and differences as PATCH requests."""
