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
  void call(app::ResourceCall call, app::OnResourceOutcome answer) override;
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
              std::optional<app::Timetable> timetable = {});

  void boot();

  // Until nothing moves without time or an answer. Returns whether it came to that.
  bool settle(std::size_t turns = 10'000);

  struct Start {
    std::string pipeline;
    std::string name = {};
    std::string input = "{}";
  };
  // Settles. Nothing: it was not answered.
  std::optional<base::Result<app::Executions::Started>> start(Start start);

  // The open call, answered; the first one by default.
  void answer(app::ResourceOutcome outcome, std::size_t which = 0);
  void pass(base::Millis time);

  [[nodiscard]] ports::ExecutionRecord find(const domain::ExecutionId& id);
  [[nodiscard]] std::vector<ports::ExecutionRecord> all();
  [[nodiscard]] std::vector<std::string> history(const domain::ExecutionId& id);

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
