"""Git and Flux, as they are, beside whatever cluster a test has."""
