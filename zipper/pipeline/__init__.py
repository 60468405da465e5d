"""Where all stages meet: one module for each thing that zipper does for its user."""
