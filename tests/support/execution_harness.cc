#include "support/execution_harness.h"

namespace ordo::testing {

void ScriptedCalls::call(app::ResourceCall call, app::OnResourceOutcome answer) {
  open.push_back({std::move(call), std::move(answer)});
}

void ExecutionWorld::define(const std::string& name, const std::string& definition,
                            std::optional<app::Timetable> timetable) {
  auto machine = states::parse_machine(definition);
  if (!machine) throw std::runtime_error(machine.error().message);
  const domain::PipelineName key(name);
  pipelines[key] = {key, std::move(*machine), std::move(timetable)};
}

void ExecutionWorld::boot() {
  executions.reset();
  committer.reset();
  readers.reset();
  calls = std::make_unique<ScriptedCalls>();
  app::CommitterOptions options;
  committer =
      std::make_unique<app::Committer>(store, clock, std::move(options), [](const base::Error&) {});
  readers = std::make_unique<app::Readers>(store.reads(), 0);
  executions = std::make_unique<app::Executions>(
      app::Executions::Parts{pipelines, *committer, *readers, clock, random_, *calls});
  if (const auto loaded = executions->load(store.execution_reads()); !loaded) {
    throw std::runtime_error(loaded.error().message);
  }
}

bool ExecutionWorld::settle(std::size_t turns) {
  for (std::size_t i = 0; i < turns; ++i) {
    const bool moved = executions->turn();
    const bool committed = committer->turn();
    const bool read = readers->turn();
    if (!moved && !committed && !read) return true;
  }
  return false;
}

std::optional<base::Result<app::Executions::Started>> ExecutionWorld::start(Start start) {
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

void ExecutionWorld::answer(app::ResourceOutcome outcome, std::size_t which) {
  ScriptedCalls::Open open = std::move(calls->open.at(which));
  calls->open.erase(calls->open.begin() + static_cast<std::ptrdiff_t>(which));
  open.answer(std::move(outcome));
  settle();
}

void ExecutionWorld::pass(base::Millis time) {
  clock.advance(time);
  settle();
}

ports::ExecutionRecord ExecutionWorld::find(const domain::ExecutionId& id) {
  return store.execution_reads().find(id).value().value();
}

std::vector<ports::ExecutionRecord> ExecutionWorld::all() {
  return store.execution_reads().list({}, std::nullopt, 1000).value().items;
}

std::vector<std::string> ExecutionWorld::history(const domain::ExecutionId& id) {
  std::vector<std::string> events;
  for (std::optional<std::uint64_t> from = 1; from;) {
    auto page = store.execution_reads().history(find(id).number, *from, 100'000).value();
    events.insert(events.end(), page.events.begin(), page.events.end());
    from = page.next;
  }
  return events;
}

}  // namespace ordo::testing
