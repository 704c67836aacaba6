"""One file per step: v0001_…, v0002_…."""
