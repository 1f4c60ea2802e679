"""The tables of the firm and of a company's own: declared once, for reading, checking, describing and drawing them."""
