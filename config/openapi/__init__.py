"""The OpenAPI document: what drf-spectacular cannot know of our operations is told in the tables here."""
