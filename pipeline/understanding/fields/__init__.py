"""What a paper says of persons and firms, read out of its words by their labels and places.

`data/labels.csv` has the words that label a value, `data/roles.csv` those that say whose it is, `data/papers.csv` the
titles of papers. Nothing is guessed: a value is what stands behind its label, in a form that is checked; what was not
read surely, or does not agree with the rest of the paper, says so.
"""
