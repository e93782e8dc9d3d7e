from pathlib import Path

EXPORTS = Path(__file__).parent / "exports"
