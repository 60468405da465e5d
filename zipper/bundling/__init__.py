"""TypeScript without Node: esbuild's binary, what the handler reaches, and where it goes."""
