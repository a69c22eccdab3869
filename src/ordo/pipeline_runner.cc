#include "ordo/pipeline_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <latch>
#include <map>
#include <stop_token>
#include <string>
#include <utility>

#include "app/collect_results.h"
#include "app/store_result.h"
#include "base/text.h"
#include "functions/auction_simulator.h"
#include "functions/builtin_function_host.h"
#include "functions/http_auction.h"
#include "functions/http_connections.h"
#include "ordo/pipeline_reader.h"
#include "system/scheduling.h"

namespace ordo::program {
namespace {

// What a question to the auction leaves for the rest of the call that asks it.
constexpr base::Millis kSettlingTime{10'000};
// Of firings that came due while no node ran the pipelines: a database that was away is no reason
// to miss any.
constexpr base::Millis kShortestGrace{60'000};
// So much of a cause is in the log.
constexpr std::size_t kMaxToldBytes = 1024;

base::Result<std::unique_ptr<ports::Auction>> make_auction(const AuctionSettings& settings,
                                                           net::AsyncClient* client,
                                                           app::Backend& backend) {
  if (settings.url.empty()) {
    return functions::make_simulated_auction(
        {settings.not_ready_rate, settings.reject_rate, settings.seed});
  }
  auto auction = functions::make_http_auction(
      {settings.url, settings.secrets, settings.timeout, settings.allow_private}, *client,
      backend.clock, backend.random);
  if (!auction) {
    auction.error().message = fmt::format("[auction]: {}", auction.error().message);
  }
  return auction;
}

functions::HttpConnections http_connections(
    const std::map<std::string, ConnectionSettings>& configured) {
  functions::HttpConnections connections;
  for (const auto& [name, one] : configured) {
    connections[name] = {one.header, one.value, one.timeout, one.allow_private, one.hosts};
  }
  return connections;
}

// What the orders' pipeline calls is part of the program.
base::Result<void> add_functions(Handlers& handlers, app::Backend& backend, ports::Auction& auction,
                                 app::AuctionRound& round, base::Millis auction_timeout,
                                 ports::ObjectStore& objects) {
  functions::BuiltinFunctionSpec collect;
  collect.name = "collect_results";
  collect.timeout = std::max(collect.timeout, auction_timeout + kSettlingTime);
  collect.run = [&backend, &auction, &round](const std::string& payload,
                                             functions::BuiltinAnswer answer) {
    app::collect_results(backend, auction, round, payload, std::move(answer));
  };
  if (auto added = handlers.add(std::move(collect)); !added) return added;
  functions::BuiltinFunctionSpec store;
  store.name = "store_result";
  store.run = [&backend, &objects](const std::string& payload, functions::BuiltinAnswer answer) {
    app::store_result(backend, objects, payload, std::move(answer));
  };
  return handlers.add(std::move(store));
}

void tell_of_end(Log& log, const ports::ExecutionRecord& record) {
  using enum states::Status;
  if (record.status == succeeded) {
    return log.write(Level::debug, "an execution has succeeded",
                     {{"execution_id", record.id.value()}, {"pipeline", record.pipeline.value()}});
  }
  log.write(record.status == stopped ? Level::info : Level::error,
            fmt::format("an execution has {}", record.status == failed      ? "failed"
                                               : record.status == timed_out ? "timed out"
                                                                            : "been stopped"),
            {{"execution_id", record.id.value()},
             {"pipeline", record.pipeline.value()},
             {"name", record.name},
             {"error", record.error.value_or("")},
             {"cause", base::clip(record.cause.value_or(""), kMaxToldBytes)}});
}

// The history does not tell it.
void tell_of_item(Log& log, const ports::ExecutionRecord& record,
                  const states::Effects::FailedItem& item) {
  log.write(Level::warning, "an item of a distributed Map has failed, the first of this run",
            {{"execution_id", record.id.value()},
             {"pipeline", record.pipeline.value()},
             {"state", item.state},
             {"index", std::to_string(item.index)},
             {"error", item.fault.error},
             {"cause", base::clip(item.fault.cause, kMaxToldBytes)}});
}

// What is asked through it ends, and no answer of it is told any more.
void stop_client(net::AsyncClient& client) {
  client.stop();
  // Once its thread has come to this, no answer is being told, and all that follow are "cancelled".
  std::latch told(1);
  client.post([&told] { told.count_down(); });
  told.wait();
}

void tell_of_unreadable(Log& log, const domain::ExecutionId& id, const base::Error& error) {
  log.write(Level::error, "an execution cannot be read, and stays as it is",
            {{"execution_id", id.value()}, {"error", error.message}});
}

void warn_of_idle_schedules(Log& log, const app::Pipelines& pipelines, base::WallTime now) {
  for (const domain::PipelineName& name : never_firing(pipelines, now)) {
    log.write(
        Level::warning,
        "a schedule has no firing ahead: its pipeline starts only when it is asked to",
        {{"pipeline", name.value()}, {"schedule", pipelines.at(name).timetable->schedule.text()}});
  }
}

}  // namespace

base::Result<std::unique_ptr<PipelineRunner>> PipelineRunner::make(const Config& config,
                                                                   Parts parts) {
  std::unique_ptr<PipelineRunner> runner(new PipelineRunner);
  auto pipelines = make_pipelines(config, runner->zones_);
  if (!pipelines) return base::fail(std::move(pipelines.error()));
  runner->pipelines_ = std::move(*pipelines);
  app::Backend& backend = parts.backend;
  warn_of_idle_schedules(parts.log, runner->pipelines_, backend.clock.wall());
  if (!config.auction.url.empty()) {
    runner->auction_client_ = std::make_unique<net::AsyncClient>(parts.calling);
  }
  auto auction = make_auction(config.auction, runner->auction_client_.get(), backend);
  if (!auction) return base::fail(std::move(auction.error()));
  runner->auction_ = std::move(*auction);
  if (auto added = add_functions(parts.handlers, backend, *runner->auction_, runner->round_,
                                 config.auction.timeout, parts.objects);
      !added) {
    return base::fail(std::move(added.error()));
  }
  app::ServiceCalls::Parts services{backend, parts.handlers};
  services.objects = &parts.objects;
  services.noticed = std::move(parts.noticed);
  if (!config.connections.empty()) {
    runner->http_client_ = std::make_unique<net::AsyncClient>(std::move(parts.calling));
    runner->http_ =
        functions::make_http_caller(http_connections(config.connections), *runner->http_client_);
  }
  services.http = runner->http_.get();
  runner->calls_ = std::make_unique<app::ServiceCalls>(std::move(services));
  app::Executions::Parts executions{runner->pipelines_, backend.committer, backend.readers,
                                    backend.clock,      backend.random,    *runner->calls_};
  executions.on_end = [&log = parts.log](const ports::ExecutionRecord& record) {
    tell_of_end(log, record);
  };
  executions.on_item_failed = [&log = parts.log](const ports::ExecutionRecord& record,
                                                 const states::Effects::FailedItem& item) {
    tell_of_item(log, record, item);
  };
  executions.on_unreadable = [&log = parts.log](const domain::ExecutionId& id,
                                                const base::Error& error) {
    tell_of_unreadable(log, id, error);
  };
  runner->parts_.emplace(std::move(executions));
  if (parts.lease != nullptr) runner->parts_->grace = std::max(config.lease * 3, kShortestGrace);
  runner->lease_ = parts.lease;
  runner->desk_ = std::make_unique<app::ExecutionDesk>(
      app::ExecutionDesk::Parts{runner->pipelines_, backend.readers, backend.clock, parts.peers});
  return runner;
}

app::Executions& PipelineRunner::begin(std::optional<ports::LaneHold> by) {
  app::Executions::Parts parts = *parts_;
  parts.by = by;
  executions_.push_back(std::make_unique<app::Executions>(std::move(parts)));
  calls_->start_with(*executions_.back());
  return *executions_.back();
}

base::Result<void> PipelineRunner::start(ports::ExecutionReads& reads) {
  if (lease_ != nullptr) {
    desk_->look_anew();
    running_ = std::jthread([this, &reads](const std::stop_token& stop) {
      system::ask_for_short_turns();
      run_by_lease(reads, stop);
    });
    return {};
  }
  app::Executions& executions = begin(std::nullopt);
  if (auto loaded = executions.load(reads); !loaded) return loaded;
  desk_->open(executions);
  running_ = std::jthread([&executions](std::stop_token stop) {
    system::ask_for_short_turns();
    executions.run(std::move(stop));
  });
  return {};
}

void PipelineRunner::note_lease() {
  {
    const std::lock_guard lock(mutex_);
    ++changes_;
  }
  changed_.notify_all();
}

// True: the lease is not what it was.
bool PipelineRunner::wait_for_change(const std::optional<ports::LaneHold>& from,
                                     const std::stop_token& stop, base::Millis bound) {
  std::unique_lock lock(mutex_);
  const std::uint64_t seen = changes_;
  lock.unlock();
  if (lease_->pipelines() != from) return true;
  lock.lock();
  changed_.wait_for(lock, stop, bound, [&] { return changes_ != seen; });
  lock.unlock();
  return lease_->pipelines() != from;
}

void PipelineRunner::run_by_lease(ports::ExecutionReads& reads, const std::stop_token& stop) {
  constexpr base::Millis kLong{60'000};
  while (!stop.stop_requested()) {
    if (const auto hold = lease_->pipelines()) {
      run_here(*hold, reads, stop);
    } else {
      wait_for_change(std::nullopt, stop, kLong);
    }
  }
}

void PipelineRunner::run_here(ports::LaneHold hold, ports::ExecutionReads& reads,
                              const std::stop_token& stop) {
  constexpr base::Millis kTryAgain{500};
  constexpr base::Millis kHandOver{10'000};
  app::Executions& executions = begin(hold);
  while (!stop.stop_requested()) {
    if (executions.load(reads)) break;
    if (wait_for_change(hold, stop, kTryAgain)) return lease_->give_up_pipelines(hold);
  }
  desk_->open(executions);
  {
    constexpr base::Millis kLong{60'000};
    std::jthread running([&executions](std::stop_token end) {
      system::ask_for_short_turns();
      executions.run(std::move(end));
    });
    while (!stop.stop_requested() && !wait_for_change(hold, stop, kLong)) {
    }
    // What is under way may end, if it does so soon: the next one would begin it again.
    if (!stop.stop_requested()) {
      executions.stop_calling();
      executions.wait_until_idle(kHandOver);
    }
    desk_->close();
  }
  // A server that ends answers whoever still waits as it always does.
  if (stop.stop_requested()) return;
  executions.retire();
  desk_->look_anew();
  lease_->give_up_pipelines(hold);
}

void PipelineRunner::stop_calling() {
  if (app::Executions* const here = desk_->here()) here->stop_calling();
}

bool PipelineRunner::wait_until_idle(base::Millis bound) {
  app::Executions* const here = desk_->here();
  return here == nullptr || here->wait_until_idle(bound);
}

void PipelineRunner::stop() {
  running_ = {};
  for (net::AsyncClient* const client : {auction_client_.get(), http_client_.get()}) {
    if (client != nullptr) stop_client(*client);
  }
}

}  // namespace ordo::program
