"""Finding reports: by words, by what they are and where, and by their likeness to another."""
