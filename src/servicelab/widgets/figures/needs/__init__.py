"""The pictures of needs analysis, worked out from the firm's tables: a file for each question they answer."""
