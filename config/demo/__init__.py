"""The demo city's people and their reports: written here, told through the same services as real life."""
