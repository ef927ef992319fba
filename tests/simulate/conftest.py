"""Makes what lies beside these tests importable, and the small world of the tests of enforcement too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "enforce"))
sys.path.insert(0, str(Path(__file__).parent))
