"""News, what is followed, and how it is wanted, as the API shows and takes them."""
