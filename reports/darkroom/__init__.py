"""Where photos are developed: a child process with bounded memory and time finds what must be covered.

Start with ``keeper.py``, which the rest of the house calls; ``__main__.py`` is the child.
"""
