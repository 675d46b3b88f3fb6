"""What the messages of other systems look like: mapping tables as data, their checking, and how answers are judged.

`data/<system>.csv` has a row for each field of a message, `data/codes.csv` the code lists, `data/answers.csv` how an
answer's code and text are to be taken. A file of the same name in the workspace's `connections/` takes its place.
"""
