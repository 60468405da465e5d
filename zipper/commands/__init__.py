"""One module a command: its options, its call of the pipeline, what it shows of the result."""
