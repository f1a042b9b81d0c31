"""How much of a file is read before it is refused, so that a hostile or broken file costs neither the run nor the machine."""

MAX_FILE_BYTES = 2**30
"""The largest file that is opened: the export of 100,000 patients is a tenth of it, and a spreadsheet program opens less."""

MAX_FIELD_CHARACTERS = 131_072
"""The longest cell of a text file: four times what a spreadsheet's cell holds. A longer one is a quote never closed."""

MAX_LINE_CHARACTERS = 16_000_000
"""The longest line of a text file: a million cells. A longer one is no table, or a file whose line ends were lost."""

MAX_LINES = 10_000_000
"""Lines of a text file: ten times what a spreadsheet holds."""

MAX_COLUMNS = 100_000
"""Columns of a text file: six times those of a spreadsheet. A table of so many has one for each gene, not for each item."""

MAX_MEMBERS = 10_000
"""Files in one archive, those of archives inside it included: a database export has a few hundred."""

MAX_DIRECTORY_BYTES = 400 * MAX_MEMBERS
"""The list of an archive's members, which is held in memory: a path of 300 bytes for each."""

MAX_NESTING = 2
"""Archives inside an archive that are opened: one a site in one a transfer."""

MAX_RATIO = 250
"""Unpacked bytes for each packed one. Forms full of repeated codes reach 100; deflate ends at 1,032, which bombs use."""

RATIO_FLOOR_BYTES = 2**24
"""A member smaller than this is unpacked whatever its ratio: a short file of one repeated byte does no harm."""

MAX_UNPACKED_BYTES = 2 * MAX_FILE_BYTES
"""What an archive and those inside it unpack to, all files together."""
