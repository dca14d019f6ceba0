"""The routing service itself stays light: the libraries of the models are imported by its processes alone."""

import subprocess
import sys

HEAVY = "{'numpy', 'scipy', 'sklearn', 'onnxruntime', 'joblib'} & set(sys.modules)"


def test_the_service_imports_no_library_of_the_models() -> None:
    code = f"import sys; import services.routing.app, services.routing.__main__; print({HEAVY} or 'none')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"


def test_without_the_libraries_learning_is_off_and_says_what_is_missing() -> None:
    code = (
        "import sys; sys.modules['sklearn'] = None; sys.modules['numpy'] = None\n"
        "import services.routing.app\n"
        "from services.routing.learning.parts import missing\n"
        "print(missing(lambda name: None if name in ('numpy', 'sklearn') else name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "numpy, sklearn can't be imported; install the extra `routing`"
