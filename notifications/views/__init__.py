"""The citizen's own news: inbox, subscriptions, wishes, devices; and the page that stops mail."""
