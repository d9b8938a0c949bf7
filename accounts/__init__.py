"""Who takes part: users, pseudonymous producers, organisations, memberships and consents."""
