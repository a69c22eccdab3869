#include "postgres/nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "app/committer.h"
#include "app/dispatcher.h"
#include "app/readers.h"
#include "app/tasks.h"
#include "functions/builtin_host.h"
#include "postgres/database.h"
#include "postgres/home.h"
#include "postgres/node.h"
#include "system/clock.h"
#include "system/random.h"
#include "system/scheduling.h"

namespace ordo::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Submitted = std::vector<base::Result<app::Submitted>>;

constexpr std::chrono::minutes kLongest{10};

domain::Queue queue_of(const Load& load) {
  domain::Queue queue;
  queue.concurrency = static_cast<std::uint32_t>(std::max<std::size_t>(load.lanes, 64));
  if (load.early) queue.handoff = domain::Handoff::early;
  return queue;
}

template <class Condition>
void wait_until(Condition condition) {
  const auto bound = Clock::now() + kLongest;
  while (!condition()) {
    if (Clock::now() > bound) throw std::runtime_error("this takes too long");
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

}  // namespace

class Node {
 public:
  Node(const std::string& url, const Load& load)
      : options_{.url = url},
        queues_{{domain::QueueName("tasks"), queue_of(load)}},
        home_(open()),
        node_(*home_, options_, {}, clock_, random_),
        host_(functions::make_builtin_host(
            {}, clock_,
            [this](std::vector<ports::Ended> ended) { dispatcher_.ended(std::move(ended)); })),
        dispatcher_({.queues = queues_,
                     .clock = clock_,
                     .random = random_,
                     .host = *host_,
                     .wake = [this] { committer_.wake(); },
                     .leases = &node_.leases(),
                     .lane_backlog = &home_->lane_backlog()}),
        committer_(home_->store(), clock_, {.partner = &dispatcher_, .on_trouble = complain},
                   [](const base::Error& error) { throw std::runtime_error(error.message); }),
        readers_(home_->reads(), 1),
        backend_{committer_, readers_, clock_, random_, queues_} {
    auto joined = node_.join({.on_news = [this] { committer_.wake(); },
                              .on_tasks = [this] { dispatcher_.note_others(); }});
    if (!joined) throw std::runtime_error(joined.error().message);
    if (auto loaded = dispatcher_.load(home_->backlog()); !loaded) {
      throw std::runtime_error(loaded.error().message);
    }
    thread_ = std::jthread([this](std::stop_token stop) {
      system::ask_for_short_turns();
      committer_.run(std::move(stop));
    });
  }
  ~Node() {
    dispatcher_.stop_starting();
    dispatcher_.wait_until_idle(base::Millis(10'000));
    thread_ = {};
    node_.leave();
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // The lanes of the tasks that are submitted first are numbered from here.
  void submit(std::size_t first, std::size_t count, std::size_t lanes) {
    std::vector<base::Result<app::Submission>> tasks;
    tasks.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      app::Submission submission;
      submission.draft.lane = domain::LaneKey(fmt::format("lane-{}", (first + i) % lanes));
      submission.draft.content.title = "Send invoice";
      submission.draft.content.payload = R"({"invoice":123456,"amount":19.990})";
      tasks.emplace_back(std::move(submission));
    }
    app::submit_batch(backend_, std::move(tasks), [this](base::Result<Submitted> answer) {
      if (!answer) throw std::runtime_error(answer.error().message);
      accepted_ += answer->size();
    });
  }
  void stop_starting() { dispatcher_.stop_starting(); }

  [[nodiscard]] std::size_t accepted() const { return accepted_; }
  [[nodiscard]] std::size_t succeeded() const { return dispatcher_.stats().succeeded; }
  [[nodiscard]] std::size_t commits() const { return committer_.stats().commits; }

 private:
  std::unique_ptr<postgres::Home> open() {
    auto home = postgres::Home::open(options_, clock_, random_);
    if (!home) throw std::runtime_error(home.error().message);
    return std::move(*home);
  }
  static void complain(std::string_view what, const base::Error* error) {
    if (error != nullptr) fmt::print(stderr, "{} fails: {}\n", what, error->message);
  }

  system::SystemClock clock_;
  system::SystemRandom random_;
  const postgres::HomeOptions options_;
  const domain::Queues queues_;
  std::unique_ptr<postgres::Home> home_;
  postgres::Node node_;
  std::unique_ptr<ports::FunctionHost> host_;
  app::Dispatcher dispatcher_;
  app::Committer committer_;
  app::Readers readers_;
  app::Backend backend_;
  std::atomic<std::size_t> accepted_ = 0;
  std::jthread thread_;
};

Nodes::Nodes(const std::string& url, std::size_t count, const Load& load) {
  for (std::size_t i = 0; i < count; ++i) nodes_.push_back(std::make_unique<Node>(url, load));
  Database database(url);
  // The pipelines' lease is among those that are shared out.
  const std::string shares = fmt::format(
      "SELECT count(*) FROM (SELECT FROM lane_leases WHERE owner IS NOT NULL GROUP BY owner "
      "HAVING count(*) >= (SELECT count(*) FROM lane_leases) / {}) s",
      count);
  wait_until([&] { return database.number(shares) == static_cast<double>(count); });
  // What waits in the lanes that they have just got is known when something of each has run.
  Load first = load;
  first.tasks = std::max(load.tasks / 20, 2 * load.batch);
  live(first);
}

Nodes::~Nodes() = default;

namespace {

template <class Of>
std::size_t total(const std::vector<std::unique_ptr<Node>>& nodes, Of of) {
  std::size_t sum = 0;
  for (const auto& node : nodes) sum += ((*node).*of)();
  return sum;
}

// Submits in turns, and so much that `done` is not more than a few batches behind.
template <class Done>
Rate drive(const std::vector<std::unique_ptr<Node>>& nodes, const Load& load, Done done) {
  const std::size_t before = done();
  const std::size_t commits = total(nodes, &Node::commits);
  const std::size_t window = load.batches_open * load.batch * nodes.size();
  const double cpu = cpu_seconds();
  const auto began = Clock::now();
  std::size_t sent = 0;
  for (std::size_t turn = 0; sent < load.tasks; ++turn) {
    const std::size_t count = std::min(load.batch, load.tasks - sent);
    wait_until([&] { return sent + count <= window + done() - before; });
    nodes[turn % nodes.size()]->submit(sent, count, load.lanes);
    sent += count;
  }
  wait_until([&] { return done() - before >= load.tasks; });
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  const auto tasks = static_cast<double>(load.tasks);
  const std::size_t turns = total(nodes, &Node::commits) - commits;
  return {tasks / took, tasks / static_cast<double>(std::max<std::size_t>(turns, 1)),
          1e6 * (cpu_seconds() - cpu) / tasks};
}

}  // namespace

Rate Nodes::live(const Load& load) {
  return drive(nodes_, load, [this] { return total(nodes_, &Node::succeeded); });
}

Rate Nodes::accept(const Load& load) {
  for (const auto& node : nodes_) node->stop_starting();
  return drive(nodes_, load, [this] { return total(nodes_, &Node::accepted); });
}

}  // namespace ordo::bench
