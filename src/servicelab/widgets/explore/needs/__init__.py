"""The interactives of needs analysis, a folder each: model, state, view. `explore` opens them."""
