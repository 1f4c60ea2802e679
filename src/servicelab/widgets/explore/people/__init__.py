"""Module 04's interactives: to be paid, to score alike, chance and coaching, a scheme, a hire, a week's roster."""
