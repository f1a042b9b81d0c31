"""What a study keeps between runs: waivers, the history of findings, the numbers and answers of queries."""
