"""The policy laboratory: what a rule would do, before it does it."""
