"""Makes the binary files of the handbook from the readable texts in `sources/`.

Every source is named after the file it becomes, with its own suffix added:
`sources/board/minutes.pdf.md` is rendered as `handbook/board/minutes.pdf`.
"""
