"""Access to the attribute values of a model or mapping."""
