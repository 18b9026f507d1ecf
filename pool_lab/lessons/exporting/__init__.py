"""Pages that play: a notebook as HTML, with a live timeline for each run that it keeps.

page       `export`: the page of a notebook, as text
outputs    what the page shows in the place of each output
template/  how nbconvert writes the cells
command    `pool-lab export`
"""
