"""RQ, results thrown away: work MODE CONCURRENCY | single N | bulk N."""
import json
import os
import sys
import time

import redis
import rq

HERE = os.path.dirname(os.path.abspath(__file__))


def noop(number, padding):
    return None


def main():
    sys.path.insert(0, HERE)
    connection = redis.Redis.from_url(os.environ["DROPSHIP_REDIS_URL"])
    queue = rq.Queue("default", connection=connection)
    if sys.argv[1] == "work":
        rq.Worker([queue], connection=connection).work(logging_level="ERROR")
        return
    count = int(float(sys.argv[2]))
    started = time.perf_counter()
    if sys.argv[1] == "bulk":
        queue.enqueue_many([rq.Queue.prepare_data("rq_jobs.noop", args=(i, "x" * 30), result_ttl=0) for i in range(count)])
    else:
        for i in range(count):
            queue.enqueue("rq_jobs.noop", i, "x" * 30, result_ttl=0)
    print(json.dumps({"jobs": count, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
