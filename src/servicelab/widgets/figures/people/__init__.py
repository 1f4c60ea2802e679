"""Module 04's pictures: the quickest, the bottom ten, a fair appraisal, newcomers."""
