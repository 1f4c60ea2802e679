"""Interactives of the case about the retailer: three claims, one index, one decision."""
