"""How good a model is, for whom, beside which other, and how far chance leaves that open."""
