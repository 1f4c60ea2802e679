"""Interactives on the weeks around Double 11."""
