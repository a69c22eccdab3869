// Executions with their committer, a store in memory, a clock, and calls that a test answers.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "app/committer.h"
#include "app/executions.h"
#include "app/readers.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"

namespace ordo::testing {

// Keeps what is called until the test answers it.
class ScriptedCalls : public app::ResourceCalls {
 public:
  struct Open {
    app::ResourceCall call;
    app::OnResourceOutcome answer;
  };
  void call(app::ResourceCall call, app::OnResourceOutcome answer) override {
    open.push_back({std::move(call), std::move(answer)});
  }
  void give_up(const std::string& token) override { given_up.push_back(token); }

  std::vector<Open> open;
  std::vector<std::string> given_up;
};

// One process after the other over one store: boot() begins the next, and whatever the one before
// had in mind is gone.
class ExecutionWorld {
 public:
  explicit ExecutionWorld(std::uint64_t seed = 1) : random_(seed) {}

  void define(const std::string& name, const std::string& definition,
              std::optional<app::Timetable> timetable = {}) {
    auto machine = states::parse_machine(definition);
    if (!machine) throw std::runtime_error(machine.error().message);
    const domain::PipelineName key(name);
    pipelines[key] = {key, std::move(*machine), std::move(timetable)};
  }

  void boot() {
    executions.reset();
    committer.reset();
    readers.reset();
    calls = std::make_unique<ScriptedCalls>();
    app::CommitterOptions options;
    committer = std::make_unique<app::Committer>(store, clock, std::move(options),
                                                 [](const base::Error&) {});
    readers = std::make_unique<app::Readers>(store.reads(), 0);
    executions = std::make_unique<app::Executions>(
        app::Executions::Parts{pipelines, *committer, *readers, clock, random_, *calls});
    if (const auto loaded = executions->load(store.execution_reads()); !loaded) {
      throw std::runtime_error(loaded.error().message);
    }
  }

  // Until nothing moves without time or an answer. Returns whether it came to that.
  bool settle(std::size_t turns = 10'000) {
    for (std::size_t i = 0; i < turns; ++i) {
      const bool moved = executions->turn();
      const bool committed = committer->turn();
      const bool read = readers->turn();
      if (!moved && !committed && !read) return true;
    }
    return false;
  }

  struct Start {
    std::string pipeline;
    std::string name = {};
    std::string input = "{}";
  };
  // Settles. Nothing: it was not answered.
  std::optional<base::Result<app::Executions::Started>> start(Start start) {
    std::optional<base::Result<app::Executions::Started>> answer;
    app::Executions::StartOrder order;
    order.pipeline = domain::PipelineName(std::move(start.pipeline));
    order.name = std::move(start.name);
    order.input = std::move(start.input);
    order.answer = [&](base::Result<app::Executions::Started> started) {
      answer = std::move(started);
    };
    executions->start(std::move(order));
    settle();
    return answer;
  }

  // The open call, answered; the first one by default.
  void answer(app::ResourceOutcome outcome, std::size_t which = 0) {
    ScriptedCalls::Open open = std::move(calls->open.at(which));
    calls->open.erase(calls->open.begin() + static_cast<std::ptrdiff_t>(which));
    open.answer(std::move(outcome));
    settle();
  }
  void pass(base::Millis time) {
    clock.advance(time);
    settle();
  }

  [[nodiscard]] ports::ExecutionRecord find(const domain::ExecutionId& id) {
    return store.execution_reads().find(id).value().value();
  }
  [[nodiscard]] std::vector<ports::ExecutionRecord> all() {
    return store.execution_reads().list({}, std::nullopt, 1000).value().items;
  }
  [[nodiscard]] std::vector<std::string> history(const domain::ExecutionId& id) {
    std::vector<std::string> events;
    for (std::optional<std::uint64_t> from = 1; from;) {
      auto page = store.execution_reads().history(find(id).number, *from, 100'000).value();
      events.insert(events.end(), page.events.begin(), page.events.end());
      from = page.next;
    }
    return events;
  }

  app::Pipelines pipelines;
  FakeClock clock;
  MemoryStore store;
  std::unique_ptr<ScriptedCalls> calls;
  std::unique_ptr<app::Committer> committer;
  std::unique_ptr<app::Readers> readers;
  std::unique_ptr<app::Executions> executions;

 private:
  SeededRandom random_;
};

}  // namespace ordo::testing
