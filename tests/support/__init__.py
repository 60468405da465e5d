"""What tests share: where the tables are, local servers, oracles."""
