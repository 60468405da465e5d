"""Which files of a package can go, and the proof: a closure in, decisions with reasons out."""
