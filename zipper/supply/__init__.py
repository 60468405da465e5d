"""Rules about where packages come from and who vouches for them: pure, as all rules are."""
