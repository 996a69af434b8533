"""How often drift is seen where there is none, where there is some, and on real data with real time in it."""
