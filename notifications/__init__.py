"""Telling citizens: the inbox of everybody who sent or supports a report."""
