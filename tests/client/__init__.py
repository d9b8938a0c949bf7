"""What a phone developer's own tools say about what we publish."""
