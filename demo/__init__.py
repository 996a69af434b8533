"""`make demo`: the whole loop on real data, watched from outside as a user would.

The story applies the manifests of examples/quickstart and examples/rollbacks one after another under a steady load,
and writes down what it saw: build/demo/report.json and build/demo/rollouts.png.
"""
