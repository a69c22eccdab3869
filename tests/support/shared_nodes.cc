#include "support/shared_nodes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ordo::testing {
namespace {

std::uint16_t shard_of(const ports::Place& place) {
  return domain::shard_of(place.queue, place.lane);
}

bool is_among(const std::vector<std::uint16_t>& shards, std::uint16_t shard) {
  return std::ranges::find(shards, shard) != shards.end();
}

std::optional<ports::LaneHold> hold_in(const ports::Write& write) {
  return std::visit(
      [](const auto& one) -> std::optional<ports::LaneHold> {
        if constexpr (requires { one.hold; }) return one.hold;
        return std::nullopt;
      },
      write);
}

}  // namespace

base::Result<ports::LaneBacklog::Fresh> SharedDatabase::fresh(std::span<const Stretch> stretches,
                                                              std::size_t limit) {
  Fresh fresh;
  const auto newest = kept.list({}, std::nullopt, 1);
  if (!newest->items.empty()) fresh.seen = newest->items.front().sequence;
  for (const Stretch& stretch : stretches) {
    std::vector<ports::Place> places = kept.pending(stretch.after, 1'000'000).value();
    std::erase_if(places,
                  [&](const auto& place) { return !is_among(stretch.shards, shard_of(place)); });
    places.resize(std::min(places.size(), limit));
    fresh.places.push_back(std::move(places));
  }
  return fresh;
}

base::Result<std::vector<ports::OpenTask>> SharedDatabase::open_tasks(
    const std::vector<std::uint16_t>& shards) {
  auto open = kept.open_tasks();
  std::erase_if(*open, [&](const auto& task) { return !is_among(shards, shard_of(task.place)); });
  return open;
}

SharedDatabase::SharedDatabase() {
  net.owner_of_task = [this](const domain::TaskId& id) -> std::string {
    const auto task = kept.find(id).value();
    if (!task) return {};
    const SharedNode* const owner = leases_[domain::shard_of(task->queue, task->lane)].owner;
    return owner == nullptr ? std::string() : owner->id;
  };
}

void SharedDatabase::take_from_owner(std::uint16_t shard) {
  leases_[shard].owner = nullptr;
}

void SharedDatabase::give(std::uint16_t shard, SharedNode& node) {
  leases_[shard] = {&node, leases_[shard].epoch + 1};
  ports::LaneLeases::News news;
  news.gained.push_back({shard, leases_[shard].epoch});
  node.hear(news);
}

bool FencedStore::is_stale(const ports::Write& write) const {
  const std::optional<ports::LaneHold> hold = hold_in(write);
  if (!hold) return false;
  const SharedDatabase::Lease& lease = database_.lease(hold->shard);
  return lease.owner != &node_ || lease.epoch != hold->epoch;
}

ports::WriteAnswer FencedStore::apply_one(const ports::Write& write) {
  if (is_stale(write)) return base::fail(base::ErrorCode::conflict, "another node's");
  ports::WriteAnswer answer = database_.kept.apply(std::span(&write, 1))->front();
  if (answer) note_end(write);
  return answer;
}

// Of a task that has ended for good, all before it in its lane have.
void FencedStore::note_end(const ports::Write& write) {
  const auto* const end = std::get_if<ports::EndAttempt>(&write);
  if (end == nullptr) return;
  const auto page = database_.kept.list({}, domain::Sequence(end->sequence.value() + 1), 1);
  const domain::Task& task = page->items.front();
  if (!domain::is_finished(task.status)) return;
  database_.ended[task.queue.value() + "/" + task.lane.value()].push_back(task.sequence.value());
}

base::Result<std::vector<ports::WriteAnswer>> FencedStore::apply(
    std::span<const ports::Write> writes, const ports::Follow& follow) {
  std::vector<ports::WriteAnswer> answers;
  for (const ports::Write& write : writes) answers.push_back(apply_one(write));
  while (follow) {
    const std::span<const ports::Write> following = follow(answers);
    if (following.empty()) break;
    for (const ports::Write& write : following) answers.push_back(apply_one(write));
  }
  return answers;
}

SharedNode::SharedNode(SharedDatabase& database, const domain::Queues& queues, FakeClock& clock,
                       std::uint64_t seed)
    : id("node " + std::to_string(seed)),
      database_(database),
      clock_(clock),
      random_(seed),
      store_(database, *this),
      readers_(database.kept.reads(), 0),
      peers_(database.net, id),
      talk_(peers_, readers_, clock, random_),
      events_(seed, clock) {
  peers_.ears.on_question = [this](const std::string& question, ports::Peers::Answer answer) {
    EXPECT_TRUE(talk_.hear(question, answer)) << question;
  };
  peers_.ears.on_news = [this](const std::string& from, const std::string& news) {
    EXPECT_TRUE(talk_.hear_news(from, news)) << news;
  };
  peers_.ears.on_missed = [this] { talk_.news_missed(); };
  app::Dispatcher::Parts parts{queues, clock, random_, host};
  parts.others = &talk_;
  parts.events = &events_;
  parts.leases = this;
  parts.lane_backlog = &database;
  parts.places_at_once = 2 + seed;
  dispatcher_ = std::make_unique<app::Dispatcher>(std::move(parts));
  app::CommitterOptions options;
  options.partner = dispatcher_.get();
  committer_ = std::make_unique<app::Committer>(store_, clock, std::move(options),
                                                [](const base::Error&) {});
  talk_.speak_for(*dispatcher_);
  talk_.speak_for(events_);
  backend_.emplace(app::Backend{*committer_, readers_, clock, random_, queues});
  backend_->dispatcher = dispatcher_.get();
  backend_->nodes = &talk_;
  EXPECT_TRUE(dispatcher_->load(database.kept));
}

void SharedNode::claim(const std::string& queue, std::size_t max, base::Millis wait,
                       std::function<void(Given)> answer, std::function<bool()> gone) {
  app::Claim claim;
  claim.queue = domain::QueueName(queue);
  claim.max = max;
  claim.deadline = clock_.mono() + wait;
  claim.gone = std::move(gone);
  claim.answer = [answer = std::move(answer)](base::Result<Given> given) {
    answer(given ? std::move(*given) : Given());
  };
  dispatcher_->claim(std::move(claim));
}

void SharedNode::say(const domain::TaskId& task, const std::string& lease,
                     decltype(app::LeaseWord::word) word,
                     std::function<void(base::Result<void>)> answer) {
  dispatcher_->say({task, lease, std::move(word), std::move(answer)});
}

void SharedNode::hear(const News& news) {
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(news_.gained, news.gained);
  append(news_.wanted, news.wanted);
  for (const ports::LaneHold& hold : news.lost) {
    std::erase(news_.wanted, hold);
    // Of what it has not heard of yet it hears nothing.
    if (std::erase(news_.gained, hold) == 0) news_.lost.push_back(hold);
  }
}

void SharedNode::release(std::vector<ports::LaneHold> holds) {
  for (const ports::LaneHold& hold : holds) {
    const SharedDatabase::Lease& lease = database_.lease(hold.shard);
    if (lease.owner == this && lease.epoch == hold.epoch) database_.take_from_owner(hold.shard);
  }
}

void SharedNode::submit(const std::string& name, const std::string& lane,
                        const std::string& queue) {
  domain::NewTask task;
  task.id = domain::TaskId(name);
  task.queue = domain::QueueName(queue);
  task.lane = domain::LaneKey(lane);
  task.max_attempts = 2;
  task.created_at = clock_.wall();
  std::vector<ports::Write> writes;
  writes.emplace_back(ports::AddTask{std::move(task)});
  committer_->submit(std::move(writes),
                     [](const base::Result<app::Committed>& done) { EXPECT_TRUE(done); });
}

void SharedNode::write(ports::Write write) {
  std::vector<ports::Write> writes;
  writes.push_back(std::move(write));
  committer_->submit(std::move(writes), [](const base::Result<app::Committed>&) {});
}

void SharedNode::remove(const domain::TaskId& task) {
  write(ports::RemoveTask{task, std::nullopt});
}

void SharedNode::turns() {
  constexpr int kMany = 1000;
  for (int i = 0; i < kMany; ++i) {
    const bool worked = committer_->turn() || readers_.turn();
    const auto next = dispatcher_->next_turn();
    const bool due = next && *next <= clock_.mono();
    if (!worked && !due) return;
  }
  FAIL() << "turns without end";
}

}  // namespace ordo::testing
