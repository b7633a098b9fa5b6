"""Published rules for initial and terminal contact, scored by the same code as the pipeline."""
