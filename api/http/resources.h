/* The handlers of all routes, one file per resource; the table is in routes.c. */
#pragma once

#include "api/http/route.h"

/* probes.c */
route_fn get_healthz, get_readyz;
/* metrics.c */
route_fn get_metrics;
/* status.c */
route_fn get_status;
/* orders.c */
route_fn get_orders, get_order, release_order, hold_order;
/* products.c */
route_fn get_products, get_product, approve_product, reject_product, edit_product, unlist_product,
    reprice_product;
/* proposals.c */
route_fn get_proposals, accept_proposal, reject_proposal;
/* analytics.c */
route_fn get_analytics_summary, get_analytics_by_date, get_analytics_waterfall,
    get_analytics_top_products, get_analytics_ads, get_analytics_conversion;
/* pricing.c */
route_fn get_pricing_rules, add_pricing_rule, preview_pricing, preview_pricing_rule,
    activate_pricing_rule, deactivate_pricing_rule, remove_pricing_rule;
/* queues.c */
route_fn get_queues, pause_queue, resume_queue, scale_queue;
/* jobs.c */
route_fn get_jobs, get_job, retry_job, kill_job, delete_job;
/* job_runs.c */
route_fn get_job_runs, get_job_stats, get_job_errors;
/* enqueue.c */
route_fn post_job, cancel_job;
/* jobs_bulk.c */
route_fn bulk_jobs;
/* workers.c */
route_fn get_workers, quiet_worker, stop_worker;
/* session.c */
route_fn get_session, post_session, delete_session;
route_head_fn check_login;
/* keys.c */
route_fn get_keys, post_key, delete_key;
/* settings.c */
route_fn get_settings, put_setting;
/* flows.c */
route_fn get_flows, put_flow, put_flow_interval, preview_flow;
/* stop.c */
route_fn stop_all, resume_all;
/* activity.c, undo.c */
route_fn get_activity, undo_activity;
/* messages.c, search.c */
route_fn post_message, get_messages, get_message, put_message, get_search;
/* webhook_cj.c */
route_fn take_cj_webhook;
route_head_fn check_cj_webhook;
/* health.c, needs.c */
route_fn get_health, get_needs;
/* orders.c, products.c, products_try.c, approvals.c */
route_fn get_order_views, bulk_orders, confirm_order_mapping, bulk_products, try_product_price,
    get_approvals, bulk_approvals, approve_approval, reject_approval;
/* mappings.c */
route_fn propose_order_mapping, remove_order_mapping;
/* flow_run.c */
route_fn run_flow;
/* audit.c */
route_fn get_audit;
/* export.c */
route_fn export_orders, export_products, export_activity, export_sales, export_jobs;
/* live.c */
route_fn get_live;
/* openapi.c */
route_fn get_openapi;
/* webhook_shopify.c */
route_fn take_shopify_webhook;
route_head_fn check_shopify_webhook;
