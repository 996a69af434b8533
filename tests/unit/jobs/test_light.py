"""What a Job of rows loads: the libraries that its Dataset needs, and no other."""

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = ("pandas", "scipy", "sklearn", "onnx", "onnxruntime", "phonenumbers", "stdnum", "httpx", "adbc_driver_manager")
PROGRAM = """
import sys
from colonnade_jobs.main import main
try:
    main()
finally:
    print(*sys.modules)
"""


def test_a_table_is_collected_without_libraries_that_it_has_no_use_for(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("when,number,flag,words\n2024-01-01,1.5,true,a\n2024-01-02,,false,b\n2024-01-03,2,true,b\n")
    spec = {"source": {"storageUri": f"file://{rows}"}, "schema": {"uniqueKey": ["words"]}}
    spec |= {"validation": {"onInvalid": "Quarantine", "maxInvalidFraction": 1}}
    job = {"namespace": "default", "name": "rows", "spec": spec}
    told = {"COLONNADE_JOB": json.dumps(job), "COLONNADE_STORE": f"file://{tmp_path / 'store'}"}
    environment = os.environ | told | {"COLONNADE_TERMINATION_LOG": str(tmp_path / "answer.json")}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, "dataset"], env=environment, capture_output=True, text=True, check=True
    )
    assert not set(HEAVY) & set(run.stdout.split())
