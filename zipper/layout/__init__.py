"""Where each file of the package goes."""
