"""How much each open finding could move the endpoints: findings ranked by what their answers would change."""
