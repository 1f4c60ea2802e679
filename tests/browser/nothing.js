// Draws nothing: what a test of the house's own code needs of a view.
