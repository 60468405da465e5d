"""Findings and sizes as text, JSON, SARIF and HTML."""
