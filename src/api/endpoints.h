// What the route table points to.
#pragma once

#include "api/exchange.h"

namespace ordo::api {

void create_task(Context& context, ExchangePtr exchange);
void create_tasks(Context& context, ExchangePtr exchange);
void list_tasks(Context& context, ExchangePtr exchange);
void get_task(Context& context, ExchangePtr exchange);
void change_task(Context& context, ExchangePtr exchange);
void delete_task(Context& context, ExchangePtr exchange);
void cancel_task(Context& context, ExchangePtr exchange);
void retry_task(Context& context, ExchangePtr exchange);
void get_attempts(Context& context, ExchangePtr exchange);

void list_dead_letters(Context& context, ExchangePtr exchange);
void redrive_dead_letters(Context& context, ExchangePtr exchange);
void purge_dead_letters(Context& context, ExchangePtr exchange);

void create_orders(Context& context, ExchangePtr exchange);
void list_orders(Context& context, ExchangePtr exchange);
void get_order(Context& context, ExchangePtr exchange);

void list_objects(Context& context, ExchangePtr exchange);
void get_object(Context& context, ExchangePtr exchange);

void list_queues(Context& context, ExchangePtr exchange);
void get_queue(Context& context, ExchangePtr exchange);
void list_lanes(Context& context, ExchangePtr exchange);
void pause_queue(Context& context, ExchangePtr exchange);
void resume_queue(Context& context, ExchangePtr exchange);

void claim_tasks(Context& context, ExchangePtr exchange);
void complete_task(Context& context, ExchangePtr exchange);
void fail_task(Context& context, ExchangePtr exchange);
void extend_lease(Context& context, ExchangePtr exchange);

void list_pipelines(Context& context, ExchangePtr exchange);
void get_pipeline(Context& context, ExchangePtr exchange);
void pause_pipeline(Context& context, ExchangePtr exchange);
void resume_pipeline(Context& context, ExchangePtr exchange);
void create_execution(Context& context, ExchangePtr exchange);
void list_executions(Context& context, ExchangePtr exchange);
void get_execution(Context& context, ExchangePtr exchange);
void get_history(Context& context, ExchangePtr exchange);
void get_graph(Context& context, ExchangePtr exchange);
void stop_execution(Context& context, ExchangePtr exchange);
void redrive_execution(Context& context, ExchangePtr exchange);
void callback_success(Context& context, ExchangePtr exchange);
void callback_failure(Context& context, ExchangePtr exchange);
void callback_heartbeat(Context& context, ExchangePtr exchange);

void get_events(Context& context, ExchangePtr exchange);

void get_livez(Context& context, ExchangePtr exchange);
void get_readyz(Context& context, ExchangePtr exchange);
void get_health(Context& context, ExchangePtr exchange);
void get_metrics(Context& context, ExchangePtr exchange);
void get_openapi(Context& context, ExchangePtr exchange);
void get_docs(Context& context, ExchangePtr exchange);
void get_docs_file(Context& context, ExchangePtr exchange);
void get_index(Context& context, ExchangePtr exchange);

}  // namespace ordo::api
