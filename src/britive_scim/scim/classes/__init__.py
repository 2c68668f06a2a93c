"""What the model classes know of themselves: their fields, extensions, names, and how they are shown."""
