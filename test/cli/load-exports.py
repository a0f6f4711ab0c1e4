"""Loads exports as a trainer does, and says what came of each; the last argument says which of them are directories."""

import json
import os
import sys
import tempfile
import time

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
home = tempfile.TemporaryDirectory()
os.environ["HF_HOME"] = home.name

from datasets import load_dataset  # noqa: E402


def lines_of(file):
    with open(file, "rb") as opened:
        return [json.loads(line) for line in opened.read().split(b"\n") if line]


def said_of(file, dataset, began):
    written = lines_of(file)
    differing = sum(1 for row, line in zip(dataset, written, strict=True) if row != line)
    columns = {field.name: str(field.type) for field in dataset.features.arrow_schema}
    return {"rows": len(dataset), "differing": differing, "columns": columns, "ms": round((time.time() - began) * 1000)}


for path in sys.argv[1:]:
    began = time.time()
    if os.path.isdir(path):
        parts = load_dataset(path)
        said = {part: said_of(f"{path}/{part}.jsonl", parts[part], began) for part in parts}
    else:
        said = said_of(path, load_dataset("json", data_files=path, split="train"), began)
    print(json.dumps(said))
