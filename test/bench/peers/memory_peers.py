"""Times faiss' flat index and hnswlib on the keys that `npm run bench -- memory` searches, one thread, between that program's own rounds.

    pip install faiss-cpu hnswlib numpy

Says that it is ready; then reads one request a line, as JSON, and answers each with a line of JSON:
  {"file", "size", "rows", "queries": [[from, count], …], "batch", "k"}   keys are the file's first `rows`, queries those from `from` on, asked `batch` at a time;
                                                                            answers the microseconds of each query, by the groups in which they were timed
  … with "links", "buildWidth", "recall": hnswlib, with the smallest `ef` that finds that share of the nearest; once {"build", "width", "recall"}, then as above
Ends with its input.
"""

import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"

import faiss  # noqa: E402
import hnswlib  # noqa: E402
import numpy as np  # noqa: E402

faiss.omp_set_num_threads(1)
WIDTHS = [10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 40, 48, 56, 64, 80, 96, 128, 192, 256]
indices = {}


def keys(request):
    return np.fromfile(request["file"], dtype=np.float32).reshape(-1, request["size"])


def flat(request):
    name = (request["file"], request["rows"])
    if name not in indices:
        index = faiss.IndexFlatL2(request["size"])
        index.add(keys(request)[: request["rows"]])
        indices[name] = index
    return indices[name].search


def graph(request):
    name = ("hnsw", request["file"], request["rows"])
    if name in indices:
        return indices[name], None
    all_keys, rows, k = keys(request), request["rows"], request["k"]
    index = hnswlib.Index("l2", request["size"])
    index.init_index(rows, M=request["links"], ef_construction=request["buildWidth"])
    index.set_num_threads(1)
    start = time.perf_counter()
    index.add_items(all_keys[:rows])
    build = 1e6 * (time.perf_counter() - start) / rows
    queries = all_keys[-256:]
    _, nearest = flat({**request, "batch": 32})(queries, k)
    for width in WIDTHS:
        index.set_ef(width)
        found, _ = index.knn_query(queries, k)
        recall = sum(len(set(a) & set(b)) for a, b in zip(found, nearest)) / nearest.size
        if recall >= request["recall"]:
            break
    indices[name] = index.knn_query
    return index.knn_query, {"build": build, "width": width, "recall": recall}


print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    search, facts = graph(request) if "links" in request else (flat(request), None)
    if facts is not None:
        print(json.dumps(facts), flush=True)
        continue
    with open(request["file"], "rb") as file:
        answers = []
        for start, count in request["queries"]:
            file.seek(4 * request["size"] * start)
            queries = np.fromfile(file, dtype=np.float32, count=count * request["size"]).reshape(count, -1)
            parts = [queries[i : i + request["batch"]] for i in range(0, count, request["batch"])]
            begun = time.perf_counter()
            for part in parts:
                search(part, request["k"])
            answers.append(1e6 * (time.perf_counter() - begun) / count)
    print(json.dumps(answers), flush=True)
