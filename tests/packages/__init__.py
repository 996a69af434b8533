"""Each package as anyone installs it: by plain pip, into an environment with nothing in it."""
