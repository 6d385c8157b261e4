"""The nouns: what authors write, what a reader is told, what is exported; they open, print and decide nothing."""
