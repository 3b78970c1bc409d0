"""`otklik up` whose web, worker and schedule are `product_stub.py`: they die on demand."""

import sys
from pathlib import Path

from cli.main import main
from dev.stack import children

if __name__ == "__main__":
    children.PRODUCT = (sys.executable, str(Path(__file__).with_name("product_stub.py")))
    main()
