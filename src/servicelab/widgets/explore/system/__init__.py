"""Interactives about the service system as a whole: what belongs where."""
