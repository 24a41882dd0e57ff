"""Functions that are made of others, and ops of classic models."""
