"""A package on its way to AWS Lambda: changes are decided first, then made step by step."""
