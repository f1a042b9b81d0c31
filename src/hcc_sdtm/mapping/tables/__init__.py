"""Tables of a mapping opened on a site's files, and made from one another: rows and columns, each value with its cell."""
