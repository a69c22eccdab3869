// What people ask of executions, wherever they run: here, or, where several nodes share the store,
// on the one that runs the pipelines.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "app/executions.h"
#include "app/pipelines.h"
#include "app/readers.h"
#include "app/saying.h"
#include "ports/clock.h"
#include "ports/peers.h"

namespace ordo::app {

// Any thread. Borrows all; an Executions that was once opened lives as long as the desk.
class ExecutionDesk {
 public:
  struct Parts {
    const Pipelines& pipelines;
    Readers& readers;
    const ports::Clock& clock;
    ports::Peers* peers = nullptr;  // null: there are no other nodes
  };
  explicit ExecutionDesk(Parts parts) : parts_(parts) {}

  // They run here from now on; or no more.
  void open(Executions& executions) { here_ = &executions; }
  void close() { here_ = nullptr; }
  // Null: they run elsewhere, or nowhere.
  [[nodiscard]] Executions* here() const { return here_; }

  // As those of Executions; `unavailable` while no node runs them.
  template <class T>
  using Answer = Executions::Answer<T>;
  void start(Executions::StartOrder order);
  void stop(domain::ExecutionId id, states::Fault why, Answer<std::monostate> answer);
  void redrive(domain::ExecutionId id, Answer<std::monostate> answer);
  void call_back(Executions::Callback callback, Answer<std::monostate> answer);
  void pause(domain::PipelineName pipeline, bool paused, Answer<std::monostate> answer);
  [[nodiscard]] ExecutionStats stats() const;  // of those that run here
  [[nodiscard]] std::optional<base::WallTime> next_firing(const domain::PipelineName& name) const;
  [[nodiscard]] bool is_paused(const domain::PipelineName& name) const;

  // How this node hears of the others. False: it is none of this kind, and untouched.
  bool hear(const std::string& question, ports::Peers::Answer& answer);
  bool hear_news(const std::string& news);
  // What is paused may have changed.
  void look_anew();

 private:
  void ask(Saying question, Answer<std::monostate> answer);
  void started(const base::Result<std::string>& said, Answer<Executions::Started> answer);
  static void answer_start(Executions& here, const Said& said, ports::Peers::Answer answer);
  Answer<std::monostate> paused_here(Answer<std::monostate> answer);

  const Parts parts_;
  std::atomic<Executions*> here_ = nullptr;
  mutable std::mutex mutex_;
  std::set<domain::PipelineName> paused_;  // guarded by mutex_: as the store had it
};

}  // namespace ordo::app
