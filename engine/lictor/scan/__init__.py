"""Columns of text in, columns of decisions out; files read batch by batch, nothing lost on the way."""
