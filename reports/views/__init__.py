"""The API of reports, a module for each thing a phone does: translate, make one call, translate back."""
