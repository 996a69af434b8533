"""How docs/ becomes a site: mkdocs' configuration and hooks, and the reference, which is generated from what it
describes. `python -m docs.site` writes what is generated; `make docs` builds the site."""
