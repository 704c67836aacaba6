"""How the tables came to be: one file per step under versions/, numbered, and never changed once released."""
