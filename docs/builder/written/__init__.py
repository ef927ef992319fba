"""The pages of reference, written from the code; what the code does not say stands in `words/`. A module a page."""
