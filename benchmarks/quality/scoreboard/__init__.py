"""How well a policy judges text whose answer is known: what it finds, what it hits wrongly, and what it mixes up."""
