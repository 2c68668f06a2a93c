"""Pages that a served tenant shows in a browser."""
