"""What a mapping says, as values: head, tables, conditions, rules; read from its file with every problem at once."""
