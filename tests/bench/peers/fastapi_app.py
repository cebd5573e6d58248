"""The same two answers by FastAPI, uvicorn and asyncpg: as rows that Python makes JSON of, and as the JSON that Postgres makes.
BENCH_DATABASE_URL; BENCH_STATEMENTS: a file {"orders": {"text", "params"}, "sales": {...}} with the statements of dropship-api."""
import json
import os
from datetime import datetime
from typing import List, Optional

import asyncpg
from fastapi import FastAPI, Response
from pydantic import BaseModel

app = FastAPI()
with open(os.environ["BENCH_STATEMENTS"], encoding="utf8") as file:
    statements = json.load(file)

ORDER_ROWS = """
select id, gid, name, state, mode, created_at, total_minor, currency, email, financial, risk, score, hold_code, released_by,
  problem, next_job, next_run_at, placed_at, fulfilled_at, changed_at,
  (select count(*) from supplier_order s where s.order_id = o.id) as supplier_orders,
  (select count(*) from parcel p join supplier_order s on s.id = p.supplier_order_id where s.order_id = o.id) as parcels
from shop_order o order by created_at desc, id desc limit $1"""
SALES_ROWS = """
select shop_date, sum(orders)::bigint as orders, sum(gross)::bigint as gross_sales, sum(total_sales)::bigint as total_sales,
  sum(gross - discounts - returned + shipping)::bigint as net_revenue, sum(refunds)::bigint as refunds,
  sum(contribution)::bigint as profit
from daily_sales where shop_date >= current_date - 30 and shop_date < current_date and currency = 'USD'
group by shop_date order by shop_date"""


class Order(BaseModel):
    id: int
    gid: str
    name: str
    state: str
    mode: Optional[str]
    created_at: datetime
    total_minor: Optional[int]
    currency: Optional[str]
    email: Optional[str]
    financial: Optional[str]
    risk: Optional[str]
    score: Optional[int]
    hold_code: Optional[str]
    released_by: Optional[str]
    problem: Optional[str]
    next_job: Optional[str]
    next_run_at: Optional[datetime]
    placed_at: Optional[datetime]
    fulfilled_at: Optional[datetime]
    changed_at: datetime
    supplier_orders: int
    parcels: int


class Day(BaseModel):
    shop_date: object
    orders: int
    gross_sales: int
    total_sales: int
    net_revenue: int
    refunds: int
    profit: Optional[int]


class Orders(BaseModel):
    orders: List[Order]


class Sales(BaseModel):
    days: List[Day]


@app.on_event("startup")
async def connect():
    app.state.pool = await asyncpg.create_pool(os.environ["BENCH_DATABASE_URL"], min_size=16, max_size=16)


@app.get("/orders/rows", response_model=Orders)
async def order_rows(limit: int = 50):
    rows = await app.state.pool.fetch(ORDER_ROWS, limit)
    return Orders(orders=[Order(**row) for row in rows])


@app.get("/sales/rows", response_model=Sales)
async def sales_rows():
    rows = await app.state.pool.fetch(SALES_ROWS)
    return Sales(days=[Day(**row) for row in rows])


async def passed_through(name):
    said = statements[name]
    return Response(content=await app.state.pool.fetchval(said["text"], *said["params"]), media_type="application/json")


@app.get("/orders/json")
async def order_json():
    return await passed_through("orders")


@app.get("/sales/json")
async def sales_json():
    return await passed_through("sales")
