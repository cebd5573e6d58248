"""Celery on Redis, results ignored: work MODE CONCURRENCY | single N | bulk N."""
import json
import os
import sys
import time

import celery

CONCURRENCY = 2  # processes; one per core

app = celery.Celery("celery_jobs", broker=os.environ["DROPSHIP_REDIS_URL"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=64, worker_hijack_root_logger=False)


@app.task(name="bench.noop")
def noop(number, padding):
    return None


def main():
    if sys.argv[1] == "work":
        app.worker_main(["worker", "-c", str(CONCURRENCY), "-l", "error", "--without-gossip", "--without-mingle", "--without-heartbeat"])
        return
    count = int(float(sys.argv[2]))
    started = time.perf_counter()
    with app.producer_pool.acquire(block=True) as producer:
        for i in range(count):
            noop.apply_async((i, "x" * 30), producer=producer)
    print(json.dumps({"jobs": count, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
