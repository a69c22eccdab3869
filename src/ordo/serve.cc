#include "ordo/serve.h"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "api/api.h"
#include "app/committer.h"
#include "app/dispatcher.h"
#include "app/events.h"
#include "app/monitor.h"
#include "app/node_talk.h"
#include "app/queues.h"
#include "app/readers.h"
#include "cli/common.h"
#include "net/answer_burst.h"
#include "net/async_client.h"
#include "net/held_port.h"
#include "net/server.h"
#include "ordo/channels.h"
#include "ordo/handlers.h"
#include "ordo/home.h"
#include "ordo/log.h"
#include "ordo/pipeline_runner.h"
#include "ordo/request_log.h"
#include "ordo/stop_signals.h"
#include "system/clock.h"
#include "system/open_files.h"
#include "system/random.h"
#include "system/scheduling.h"
#include "system/signals.h"

namespace ordo::program {
namespace {

constexpr std::size_t kReaderThreads = 2;
constexpr std::size_t kObjectThreads = 2;

// Connections that there are descriptors for. The database, the log and what else is open need
// some.
std::size_t affordable_connections(std::size_t wanted, Log& log) {
  constexpr std::uint64_t kOthers = 64;
  const std::uint64_t limit = system::raise_open_file_limit();
  const std::uint64_t left = limit > kOthers ? limit - kOthers : 1;
  if (limit == 0 || wanted <= left) return wanted;
  log.write(Level::warning, "max_connections is lowered: the limit on open files is too low for it",
            {{"wanted", static_cast<std::int64_t>(wanted)},
             {"max_connections", static_cast<std::int64_t>(left)},
             {"open_files", static_cast<std::int64_t>(limit)}});
  return left;
}

net::ServerOptions wire_options(const Config& config, const api::Api& api, Log& log) {
  net::ServerOptions options;
  options.max_connections = affordable_connections(config.max_connections, log);
  options.idle_timeout = config.idle_timeout;
  options.request_timeout = config.request_timeout;
  options.body_limit = [&api](const net::Request& head) { return api.body_limit(head); };
  options.on_trouble = [&log](std::string_view what) { log.write(Level::warning, what); };
  options.refuse = [&api](const net::WireFault& fault, const net::Request& partial) {
    return api.refuse(fault, partial);
  };
  return options;
}

net::AsyncClientOptions calling_options() {
  net::AsyncClientOptions options;
  options.user_agent = fmt::format("ordo/{}", kVersion);
  return options;
}

std::string printable_address(const Config& config, std::uint16_t port) {
  const bool v6 = config.address.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", config.address, port)
            : fmt::format("{}:{}", config.address, port);
}

void warn_of_left_behind(const std::vector<app::QueueState>& queues, Log& log) {
  for (const app::QueueState& state : queues) {
    log.write(Level::warning, "a queue is not configured: its tasks wait until it is again",
              {{"queue", state.queue.name.value()},
               {"queued", static_cast<std::int64_t>(state.now.queued)},
               {"running", static_cast<std::int64_t>(state.now.running)},
               {"dead", static_cast<std::int64_t>(state.dead)}});
  }
}

// All that lives between the ready line and the exit, in the order in which it must end.
class Serving {
 public:
  Serving(const Config& config, std::unique_ptr<Home> home, std::unique_ptr<Handlers> handlers,
          net::AsyncClient& channel_client, Log& log, const system::SystemClock& clock)
      : config_(config),
        log_(log),
        clock_(clock),
        requests_(log, clock, config.log_requests),
        events_(random_.next(), clock),
        home_(std::move(home)),
        handlers_(std::move(handlers)),
        channel_client_(channel_client),
        readers_(home_->reads(), kReaderThreads),
        talk_(home_->peers() == nullptr
                  ? nullptr
                  : std::make_unique<app::NodeTalk>(*home_->peers(), readers_, clock, random_)),
        dispatcher_({.queues = config.queues,
                     .clock = clock,
                     .random = random_,
                     .host = *handlers_,
                     .events = &events_,
                     .wake = [this] { committer_.wake(); },
                     .noticed = [this] { monitor_->wake(); },
                     .leases = home_->leases(),
                     .lane_backlog = home_->lane_backlog(),
                     .others = talk_.get()}),
        committer_(home_->store(), clock,
                   {.retention = config.retention,
                    .keep_keys = config.keep_idempotency_keys,
                    .run_callbacks =
                        [](const std::function<void()>& callbacks) {
                          const net::AnswerBurst burst;
                          callbacks();
                        },
                    .patience = home_->patience(),
                    .partner = &dispatcher_,
                    .on_trouble = telling(log)},
                   [this](const base::Error& error) { fail_stop(error); }),
        object_readers_(home_->reads(), kObjectThreads),
        backend_{committer_,    readers_, clock,        random_,
                 config.queues, &events_, &dispatcher_, config.keep_orders},
        api_(backend_, api_options()) {
    backend_.object_readers = &object_readers_;
    backend_.nodes = talk_.get();
    if (talk_) talk_->speak_for(dispatcher_);
    if (talk_) talk_->speak_for(events_);
    handlers_->tell(dispatcher_);
  }
  // The monitor first, for its threads wait for the committer; then the committer, which commits
  // what waits while all else is still there; then the handlers, whose endings nobody can record
  // any more; then other nodes may have the lanes.
  ~Serving() {
    {
      // A commit that is in doubt is looked after as long as a stop may take, and no longer.
      const std::jthread patience([this](const std::stop_token& over) { give_up_in_time(over); });
      if (pipelines_) pipelines_->stop();
      if (monitor_) monitor_->begin_stop();
      channel_client_.stop();
      if (monitor_) monitor_->stop();
      committing_ = {};
    }
    handlers_->close();
    home_->leave();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  // What waits is put in its lanes, and then handlers run.
  base::Result<void> start(std::vector<app::MonitoredChannel> channels) {
    auto pipelines = PipelineRunner::make(
        config_, {backend_, *handlers_, home_->objects(), [this] { monitor_->wake(); }, log_,
                  calling_options(), home_->pipeline_lease(), home_->peers()});
    if (!pipelines) return base::fail(std::move(pipelines.error()));
    pipelines_ = std::move(*pipelines);
    backend_.executions = &pipelines_->desk();
    backend_.pipelines = &pipelines_->pipelines();
    // Before anything is read: what others change from now on is told.
    if (auto joined = home_->join(ears()); !joined) return joined;
    if (auto loaded = dispatcher_.load(home_->backlog()); !loaded) return loaded;
    dispatcher_.look([this](const domain::LaneBoard& board, const auto& dead) {
      warn_of_left_behind(app::left_behind(config_.queues, app::views_of(board), dead), log_);
    });
    monitor_ = std::make_unique<app::Monitor>(std::move(channels), home_->backlog(), committer_,
                                              telling_of_channels(log_));
    committing_ = std::jthread([this](std::stop_token stop) {
      // Everybody waits for this thread, and it waits for the disk: whenever the disk is done
      // it should go on at once.
      system::ask_for_short_turns();
      committer_.run(std::move(stop));
    });
    return pipelines_->start(home_->reads().executions);
  }

  // Answers those who come to the port.
  void answer(net::HeldPort port) {
    server_ = net::Server::serve(std::move(port), wire_options(config_, api_, log_),
                                 [this](net::Request request, net::Reply reply) {
                                   api_.handle(std::move(request), std::move(reply));
                                 });
    answering_ = server_.get();
  }
  // Nothing starts any more; what runs may end.
  void drain() {
    const base::MonoTime last = clock_.mono() + config_.drain_timeout;
    last_ = last;
    dispatcher_.stop_starting();
    home_->drain();
    pipelines_->stop_calling();
    server_->drain(config_.drain_timeout);
    const auto left = std::chrono::duration_cast<base::Millis>(last - clock_.mono());
    if (!dispatcher_.wait_until_idle(std::max(left, base::Millis(0)))) {
      log_.write(Level::warning, "handlers still run: their attempts count as lost");
    }
    const auto rest = std::chrono::duration_cast<base::Millis>(last - clock_.mono());
    if (!pipelines_->wait_until_idle(std::max(rest, base::Millis(0)))) {
      log_.write(Level::warning, "functions of pipelines still run: they are called again");
    }
    requests_.tell_surplus();
  }

 private:
  // Whoever starts it again begins with what is there.
  [[noreturn]] void fail_stop(const base::Error& error) {
    log_.write(Level::error, "stopping: durability is unknown", {{"error", error.message}});
    log_.flush();
    _exit(kFailStop);
  }
  void give_up_in_time(const std::stop_token& over) {
    std::mutex sleeping;
    std::unique_lock lock(sleeping);
    std::condition_variable_any never;
    never.wait_for(lock, over, last_ - clock_.mono(), [] { return false; });
    if (!over.stop_requested()) home_->give_up();
  }
  // How it hears of other servers, where there are any.
  Home::Ears ears() {
    return {.on_news = [this] { committer_.wake(); },
            .on_tasks = [this] { dispatcher_.note_others(); },
            .on_pipelines = [this] { pipelines_->note_lease(); },
            .on_replaced = [this](const base::Error& error) { fail_stop(error); },
            .peers = {.on_question =
                          [this](const std::string& question, ports::Peers::Answer answer) {
                            const bool heard = talk_->hear(question, answer) ||
                                               pipelines_->desk().hear(question, answer);
                            if (!heard) {
                              answer(base::fail(base::ErrorCode::unavailable,
                                                "another version of the program is asked"));
                            }
                          },
                      .on_news =
                          [this](const std::string& from, const std::string& news) {
                            if (!talk_->hear_news(from, news)) pipelines_->desk().hear_news(news);
                          },
                      .on_missed =
                          [this] {
                            talk_->news_missed();
                            pipelines_->desk().look_anew();
                          }}};
  }
  api::ApiOptions api_options() {
    api::ApiOptions options;
    options.version = std::string(kVersion);
    options.cors_origins = config_.cors_origins;
    options.docs = config_.docs;
    options.on_answered = [this](const api::Answered& answered) { requests_.add(answered); };
    options.wire_stats = [this] {
      const net::Server* const server = answering_.load();
      return server == nullptr ? net::ServerStats{} : server->stats();
    };
    options.waiting_notices = [this] { return monitor_->waiting(); };
    options.home = home_->kind();
    options.store_stats = home_->stats();
    options.lease_stats = home_->lease_stats();
    return options;
  }

  const Config& config_;
  Log& log_;
  const system::SystemClock& clock_;
  RequestLog requests_;
  system::SystemRandom random_;
  app::Events events_;  // the connections that listen end before it
  std::unique_ptr<Home> home_;
  std::unique_ptr<Handlers> handlers_;
  net::AsyncClient& channel_client_;
  std::unique_ptr<app::Monitor> monitor_;
  // Hears of commits and of answers to the end.
  std::unique_ptr<PipelineRunner> pipelines_;
  app::Readers readers_;
  std::unique_ptr<app::NodeTalk> talk_;  // null: there are no others
  app::Dispatcher dispatcher_;
  app::Committer committer_;
  app::Readers object_readers_;
  app::Backend backend_;
  api::Api api_;
  std::unique_ptr<net::Server> server_;
  std::atomic<const net::Server*> answering_ = nullptr;  // server_, for its own threads
  std::jthread committing_;
  base::MonoTime last_{};  // of a stop
};

// Returns the exit code once all is committed and closed.
int serve_until_stopped(const Config& config, const system::SystemClock& clock,
                        StopSignals& signals, Log& log) {
  system::raise_open_file_limit();
  // Before all else: a start whose port is another's must leave everything as it was.
  auto port = net::HeldPort::take(config.address, config.port, config.threads);
  if (!port) return cli::complain(port.error());
  const std::string address = printable_address(config, port->number());
  system::SystemRandom random;
  auto home = open_home(config, clock, random, log);
  if (!home) return cli::complain(home.error());
  const std::string description = (*home)->description();
  net::AsyncClientOptions calling = calling_options();
  make_room_for_calls(config, calling);
  net::AsyncClient client(std::move(calling));
  auto handlers = Handlers::make(config, client, clock, log);
  if (!handlers) return cli::complain(handlers.error());
  net::AsyncClient channel_client(calling_options());
  auto channels = make_channels(config, channel_client, clock, log);
  if (!channels) return cli::complain(channels.error());
  Serving serving(config, std::move(*home), std::move(*handlers), channel_client, log, clock);
  signals.keep();
  if (const auto started = serving.start(std::move(*channels)); !started) {
    return cli::complain(started.error());
  }
  serving.answer(std::move(*port));
  fmt::print("ordo {} ready on http://{} ({})\n", kVersion, address, description);
  std::fflush(stdout);
  log.write(Level::info, "ready", {{"address", address}, {"store", description}});

  const int signal = signals.wait();
  log.write(Level::info, "draining", {{"signal", std::int64_t{signal}}});
  serving.drain();
  return kDone;
}

// A request's memory is taken on one thread and given back on another. With an arena a busy thread
// they seldom wait for each other; the usual eight a core would only hold memory.
void limit_arenas(const Config& config) {
  const std::size_t connections =
      config.threads != 0 ? config.threads : std::max(1U, std::thread::hardware_concurrency());
  constexpr std::size_t kOthers = kReaderThreads + 2;  // the committer and the rest
  mallopt(M_ARENA_MAX, static_cast<int>(connections + kOthers));
}

}  // namespace

int serve(const Config& config) {
  limit_arenas(config);
  const system::SignalWaiter blocked;
  const system::SystemClock clock;
  // Before all the others: a join that waits for a stuck disk must not be deaf.
  StopSignals signals(blocked);
  Log log(clock, config.log_format, config.log_level);
  const int code = serve_until_stopped(config, clock, signals, log);
  if (code == kDone) log.write(Level::info, "stopped");
  // Whoever does not read the log does not keep the process.
  if (!log.flush()) _exit(code);
  return code;
}

}  // namespace ordo::program
