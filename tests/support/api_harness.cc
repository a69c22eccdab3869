#include "support/api_harness.h"

#include <chrono>
#include <memory>
#include <utility>

#include "support/real_clock.h"

namespace ordo::testing {

ApiHarness::ApiHarness(api::ApiOptions options, bool with_events, bool with_dispatcher)
    : queues_(some_queues()),
      committer_(store_, clock_, committer_options(with_dispatcher ? &dispatcher_ : nullptr),
                 [](const base::Error&) {}),
      backend_{committer_,
               readers_,
               clock_,
               random_,
               queues_,
               with_events ? &events_ : nullptr,
               with_dispatcher ? &dispatcher_ : nullptr},
      api_(backend_, std::move(options)) {}

ApiHarness::~ApiHarness() = default;

api::ApiOptions ApiHarness::plain_options() {
  api::ApiOptions options;
  options.version = "1.2.3";
  return options;
}

net::Response ApiHarness::ask(net::Request request) {
  std::future<net::Response> answer = begin(std::move(request));
  // Again and again: a request may read before it writes.
  do {
    committer_.turn();
  } while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready);
  return answer.get();
}

std::future<net::Response> ApiHarness::begin(net::Request request) {
  // Shared: the answering thread may still be inside the promise when the answer is here.
  const auto promised = std::make_shared<std::promise<net::Response>>();
  api_.handle(std::move(request),
              [promised](net::MakeResponse make) { promised->set_value(make()); });
  return promised->get_future();
}

void ApiHarness::turns() {
  while (committer_.turn()) {
  }
}

void ApiHarness::end_oldest(std::optional<domain::Failure> failure) {
  dispatcher_.ended(host_.end_oldest(std::move(failure)));
  turns();
}

net::Request ApiHarness::request(std::string method, std::string target, std::string body) {
  net::Request out;
  out.method = std::move(method);
  const std::size_t mark = target.find('?');
  out.path = target.substr(0, mark);
  if (mark != std::string::npos) out.query = target.substr(mark + 1);
  if (!body.empty()) out.headers.add("Content-Type", "application/json");
  if (out.method == "POST" || out.method == "PATCH") {
    out.headers.add("Content-Length", std::to_string(body.size()));
  }
  out.body = std::move(body);
  out.peer = "127.0.0.1";
  return out;
}

net::Response ApiHarness::ask(std::string method, std::string target, std::string body) {
  return ask(request(std::move(method), std::move(target), std::move(body)));
}

domain::Queues ApiHarness::some_queues() {
  domain::Queues queues;
  queues[domain::QueueName("tasks")] = {};
  queues[domain::QueueName("mail")].name = domain::QueueName("mail");
  domain::Queue& pulled = queues[domain::QueueName("pulled")];
  pulled.name = domain::QueueName("pulled");
  pulled.function = domain::kPullFunction;
  pulled.ordering = domain::Ordering::priority;
  return queues;
}

ports::Reads ApiHarness::all_reads(MemoryStore& store, ports::ObjectStore& objects) {
  ports::Reads reads = store.reads();
  reads.objects = &objects;
  return reads;
}

app::CommitterOptions ApiHarness::committer_options(app::TurnPartner* partner) {
  app::CommitterOptions options;
  options.partner = partner;
  return options;
}

}  // namespace ordo::testing
