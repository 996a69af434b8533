"""What gates on intervals let pass, over draws of held-out rows from models whose truth is known.

`python -m tests.bench.gates` draws docs/images/gates.svg and prints the tables of docs/training/gates.md.
"""
