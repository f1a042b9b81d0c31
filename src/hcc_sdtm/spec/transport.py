"""What a SAS transport file of version 5 can hold: names, labels and texts of every dataset keep to it.

Source: SAS TS-140 (record layout); FDA Study Data Technical Conformance Guide, section 3.3.
"""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
LABEL_BYTES = 40
TEXT_BYTES = 200
