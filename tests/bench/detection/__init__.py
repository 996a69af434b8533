"""How often personal data is called so that is none, and how often it is missed."""
