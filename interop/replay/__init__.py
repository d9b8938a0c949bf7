"""Rows of a file sent through the real HTTP API as phones would: with photos, with retries, at a rate."""
