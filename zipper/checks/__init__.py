"""Rules that judge a finished zip: a listing and a target in, findings out."""
