"""What changes: who follows what, what they are told, and the copies of it that go out."""
