"""`top-commenters` with pandas, as an analyst would write it, from the same bytes."""

import json
import zlib

import pandas as pd  # type: ignore[import-untyped]  # only in the benchmark's environment

NAMES = ["top-commenters"]


def answer(packed: bytes, _version: str, _name: str) -> str:
    content = json.loads(zlib.decompress(packed.partition(b"\n")[2]))
    people = pd.DataFrame(dict(zip(("id", "username"), content["people"], strict=True)))
    comments = pd.DataFrame(dict(zip(("post", "person", "created"), content["comments"], strict=True)))
    posts = len(content["posts"][0])
    found = comments.groupby("person").agg(c2=("post", "size"), first=("post", "min"))
    found = found.join(people).sort_values(["c2", "id"], ascending=[False, True]).reset_index()
    found["av2"] = (found["c2"] / (posts - found["first"]) * 100 + 0.5).astype(int) / 100
    page = found.head(1000)
    rows = [
        {"row": row, "userid": each.username, "c2": each.c2, "av2": f"{each.av2:.2f}"}
        for row, each in enumerate(page.itertuples())
    ]
    return json.dumps({"status": 200, "response": {"report-body": {"rows": rows}}})
