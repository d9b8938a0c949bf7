"""The heart: reports, their photos, support, comments and events, and live updates."""
