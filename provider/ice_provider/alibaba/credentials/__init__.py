"""Whose key signs, and how it is come by: the way to sign in that is taken, and how each brings a key."""
