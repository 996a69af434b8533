"""From a fitted pipeline to a bundle that answers alike in the engine that serves it."""
