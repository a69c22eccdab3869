#include "support/dispatch_harness.h"

namespace ordo::testing {

base::Result<std::vector<ports::WriteAnswer>> SpiedStore::apply(
    std::span<const ports::Write> writes, const ports::Follow& follow) {
  ++tries;
  std::vector<std::string> words;
  const auto note = [&words](std::span<const ports::Write> all) {
    for (const ports::Write& write : all) words.push_back(word(write));
  };
  note(writes);
  auto answers = kept.apply(writes, [&](std::span<const ports::WriteAnswer> so_far) {
    if (during) std::exchange(during, nullptr)();
    const auto more = follow(so_far);
    if (more.empty() && before_commit) before_commit();
    note(more);
    return more;
  });
  if (answers) commits.push_back(std::move(words));
  return answers;
}

base::Result<ports::Expired> SpiedStore::expire(const ports::Expiry&, const ports::ExpiryBite&) {
  return ports::Expired{};
}

std::string SpiedStore::word(const ports::Write& write) {
  if (const auto* add = std::get_if<ports::AddTask>(&write)) return "add " + add->task.id.value();
  if (const auto* start = std::get_if<ports::StartAttempt>(&write)) {
    return "start " + std::to_string(start->sequence.value());
  }
  if (const auto* end = std::get_if<ports::EndAttempt>(&write)) {
    return "end " + std::to_string(end->sequence.value());
  }
  return "other";
}

domain::Queue& Dispatching::queue(const char* name) {
  domain::Queue& queue = queues_[domain::QueueName(name)];
  queue.name = domain::QueueName(name);
  queue.backoff = {kRetryPause, 1.0, base::Millis(3'600'000), domain::Jitter::none};
  return queue;
}

void Dispatching::boot() {
  committer_.reset();
  dispatcher_.reset();
  host_ = std::make_unique<ScriptedHost>();
  dispatcher_ =
      std::make_unique<app::Dispatcher>(app::Dispatcher::Parts{queues_, clock_, random_, *host_});
  app::CommitterOptions options;
  options.partner = dispatcher_.get();
  committer_ = std::make_unique<app::Committer>(store_, clock_, std::move(options),
                                                [](const base::Error&) {});
  ASSERT_TRUE(dispatcher_->load(store_.kept));
}

void Dispatching::submit(std::initializer_list<const char*> ids, const How& how) {
  std::vector<ports::Write> writes;
  for (const char* id : ids) {
    domain::NewTask task;
    task.id = domain::TaskId(id);
    task.queue = domain::QueueName(how.queue);
    task.lane = domain::LaneKey(how.lane);
    task.max_attempts = queues_.at(task.queue).max_attempts;
    task.content.priority = how.priority;
    task.content.due_date = how.due;
    task.created_at = clock_.wall();
    writes.emplace_back(ports::AddTask{std::move(task)});
  }
  send(std::move(writes));
}

void Dispatching::send(ports::Write write) {
  std::vector<ports::Write> writes;
  writes.push_back(std::move(write));
  send(std::move(writes));
}

void Dispatching::send(std::vector<ports::Write> writes) {
  committer_->submit(std::move(writes), [this](const base::Result<app::Committed>& done) {
    if (!done) ++refused_;
  });
}

void Dispatching::make_urgent(const char* id) {
  ports::ChangeTask change;
  change.id = domain::TaskId(id);
  change.patch.priority = domain::Priority::high;
  change.now = clock_.wall();
  send(std::move(change));
}

void Dispatching::pause(const char* name, bool paused) {
  send(ports::PauseQueue{domain::QueueName(name), paused});
}

void Dispatching::fail_oldest(std::size_t succeeded) {
  dispatcher_->ended(host_->end_oldest(domain::Failure{"E", "as the test says"}, succeeded));
}

void Dispatching::be_quick() {
  for (const std::initializer_list<const char*> ids :
       {std::initializer_list<const char*>{"q1"}, {"q2", "q3"}}) {
    submit(ids);
    turns();
    end_oldest();
    turns();
  }
}

void Dispatching::end_not_begun(std::size_t succeeded) {
  domain::Failure failure{"NotBegun", "as the test says"};
  failure.not_begun = true;
  dispatcher_->ended(host_->end_oldest(std::move(failure), succeeded));
}

ports::Write Dispatching::task_in(const char* name, const std::string& lane) {
  domain::NewTask task;
  task.id = domain::TaskId(fmt::format("{}-{}", name, lane));
  task.queue = domain::QueueName(name);
  task.lane = domain::LaneKey(lane);
  task.created_at = clock_.wall();
  return ports::AddTask{std::move(task)};
}

void Dispatching::claim(base::Millis wait, std::size_t max) {
  app::Claim claim;
  claim.queue = domain::QueueName("pulled");
  claim.max = max;
  claim.deadline = clock_.mono() + wait;
  claim.lease = kLease;
  claim.gone = gone_;
  claim.answer = [this](base::Result<std::vector<app::Claim::Given>> given) {
    ASSERT_TRUE(given);
    given_ = std::move(*given);
  };
  dispatcher_->claim(std::move(claim));
}

std::string Dispatching::claimed(const char* id) {
  submit({id}, {.queue = "pulled"});
  turns();
  claim();
  turns();
  EXPECT_TRUE(given_);
  if (!given_ || given_->size() != 1) return "";
  return std::exchange(given_, std::nullopt)->front().lease;
}

std::string Dispatching::say(const char* id, const std::string& lease,
                             decltype(app::LeaseWord::word) word) {
  std::string heard = "nothing";
  dispatcher_->say(
      {domain::TaskId(id), lease, std::move(word), [&heard](const base::Result<void>& answer) {
         heard = answer ? "" : answer.error().message;
         EXPECT_TRUE(answer || answer.error().code == base::ErrorCode::conflict);
       }});
  turns();
  return heard;
}

void Dispatching::turns() {
  constexpr int kMany = 1000;
  for (int i = 0; i < kMany; ++i) {
    const auto next = dispatcher_->next_turn();
    const bool due = next && *next <= clock_.mono();
    if (!turn() && !due) return;
  }
  FAIL() << "turns without end";
}

std::optional<std::chrono::nanoseconds> Dispatching::sleeps() {
  const auto next = dispatcher_->next_turn();
  if (!next) return std::nullopt;
  return *next - clock_.mono();
}

domain::Task Dispatching::task(const char* id) {
  const auto found = store_.kept.find(domain::TaskId(id));
  return found && *found ? **found : domain::Task{};
}

std::string Dispatching::attempts(const char* id) {
  std::string all;
  const auto found = store_.kept.attempts(domain::TaskId(id));
  if (!found || !*found) return "unreadable";
  for (const domain::Attempt& attempt : **found) {
    all += (all.empty() ? "" : " ") + std::string(domain::name_of(attempt.outcome));
  }
  return all;
}

domain::QueueView Dispatching::view(const char* name) {
  domain::QueueView view;
  dispatcher_->look([&view, name](const domain::LaneBoard& board, const auto&) {
    view = board.view(domain::QueueName(name));
  });
  turn();
  return view;
}

}  // namespace ordo::testing
