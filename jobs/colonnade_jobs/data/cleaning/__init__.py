"""The steps that change rows: before the checks, and the filling after them."""
