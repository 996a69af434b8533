"""The model card: what is told of a model, and the page that shows it."""
