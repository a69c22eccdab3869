#include "net/async_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/text.h"
#include "net/host_turns.h"
#include "net/transfer.h"

namespace ordo::net {
namespace {

// With nothing under way; a wake-up ends it.
constexpr int kIdlePollMs = 60 * 60 * 1000;

struct Exchange {
  ExchangeId id;
  AsyncRequest request;
  OnExchanged done;
  std::string host;
  std::unique_ptr<Transfer> transfer;  // while it runs

  void end(Exchanged outcome) { std::exchange(done, nullptr)(std::move(outcome)); }
};

struct Stop {};
struct Cancel {
  ExchangeId id;
};
using Call = std::move_only_function<void()>;
using Command = std::variant<std::unique_ptr<Exchange>, Cancel, Call, Stop>;

Exchanged failed(ExchangeFault fault, std::string message) {
  return std::unexpected(ExchangeError{fault, std::move(message), 0});
}
Exchanged cancelled() {
  return failed(ExchangeFault::cancelled, "cancelled");
}

// What comes for the process is for other threads; a write to a closed connection is an error here.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

class AsyncClient::Impl {
 public:
  explicit Impl(AsyncClientOptions options)
      : options_(std::move(options)),
        turns_({.running = options_.max_connections,
                .running_per_host = options_.max_host_connections,
                .waiting = options_.max_waiting}) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    ORDO_ASSERT(ready == CURLE_OK);
    multi_ = curl_multi_init();
    ORDO_ASSERT(multi_ != nullptr);
    const auto connections = static_cast<long>(options_.max_connections);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS,
                      static_cast<long>(options_.max_host_connections));
    thread_ = std::jthread([this] {
      block_signals();
      run();
    });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    spare_.clear();
    curl_multi_cleanup(multi_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ExchangeId send(AsyncRequest request, OnExchanged done) {
    const ExchangeId id(++last_id_);
    put(std::make_unique<Exchange>(Exchange{id, std::move(request), std::move(done), {}, nullptr}));
    return id;
  }

  void put(Command command) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = mailbox_.empty();
      mailbox_.push_back(std::move(command));
    }
    if (first) curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    while (take_commands()) {
      start_next();
      int running = 0;
      curl_multi_perform(multi_, &running);
      if (end_finished()) continue;
      curl_multi_poll(multi_, nullptr, 0, kIdlePollMs, nullptr);
    }
    end_all();
  }

  // False when the client closes; what was taken is done either way.
  bool take_commands() {
    std::vector<Command> commands;
    bool closing = false;
    {
      const std::lock_guard lock(mutex_);
      commands.swap(mailbox_);
      closing = closing_;
    }
    for (Command& command : commands) {
      std::visit([this](auto& one) { this->take(one); }, command);
    }
    return !closing;
  }

  void take(std::unique_ptr<Exchange>& exchange) {
    if (stopped_) return exchange->end(cancelled());
    auto host = host_of_url(exchange->request.url);
    if (!host) {
      return exchange->end(failed(ExchangeFault::invalid, std::move(host.error().message)));
    }
    exchange->host = std::move(*host);
    if (!turns_.add(exchange->host, exchange->id.value())) {
      return exchange->end(
          failed(ExchangeFault::busy,
                 fmt::format("over {} requests wait for their turn", options_.max_waiting)));
    }
    exchanges_.emplace(exchange->id.value(), std::move(exchange));
  }

  void take(const Cancel& cancel) {
    const auto at = exchanges_.find(cancel.id.value());
    if (at == exchanges_.end()) return;
    if (at->second->transfer == nullptr) turns_.remove(at->second->host, at->first);
    forget(*at->second)->end(cancelled());
  }

  static void take(Call& call) { call(); }

  void take(const Stop& /*stop*/) {
    stopped_ = true;
    while (!exchanges_.empty()) take(Cancel{exchanges_.begin()->second->id});
  }

  void start_next() {
    while (const auto id = turns_.next()) {
      Exchange& exchange = *exchanges_.at(*id);
      if (spare_.empty()) spare_.push_back(std::make_unique<Transfer>());
      exchange.transfer = std::move(spare_.back());
      spare_.pop_back();
      if (!exchange.transfer->prepare(exchange.request, options_, &exchange)) {
        forget(exchange)->end(
            failed(ExchangeFault::invalid, "a header of the request cannot be sent"));
        continue;
      }
      const CURLMcode added = curl_multi_add_handle(multi_, exchange.transfer->handle());
      ORDO_ASSERT(added == CURLM_OK);
    }
  }

  // Whether there were any.
  bool end_finished() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      any = true;
      // `message` dies with the handle's removal.
      auto& exchange = *static_cast<Exchange*>(Transfer::owner_of(message->easy_handle));
      Exchanged outcome = exchange.transfer->finish(message->data.result, exchange.host);
      forget(exchange)->end(std::move(outcome));
    }
    return any;
  }

  // Takes it out of everything; what it ran on is free for the next one.
  std::unique_ptr<Exchange> forget(Exchange& exchange) {
    if (exchange.transfer != nullptr) {
      curl_multi_remove_handle(multi_, exchange.transfer->handle());
      spare_.push_back(std::move(exchange.transfer));
      turns_.ended(exchange.host);
    }
    return std::move(exchanges_.extract(exchange.id.value()).mapped());
  }

  void end_all() {
    while (!exchanges_.empty()) take(Cancel{exchanges_.begin()->second->id});
    // Callbacks may have sent more.
    for (bool more = true; more;) {
      take_commands();
      while (!exchanges_.empty()) take(Cancel{exchanges_.begin()->second->id});
      const std::lock_guard lock(mutex_);
      more = !mailbox_.empty();
    }
  }

  const AsyncClientOptions options_;
  CURLM* multi_ = nullptr;
  bool stopped_ = false;  // the client's thread only
  std::atomic<std::uint64_t> last_id_ = 0;

  std::mutex mutex_;
  std::vector<Command> mailbox_;  // emptied at every turn of the thread
  bool closing_ = false;

  // The thread's own.
  HostTurns turns_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Exchange>> exchanges_;
  std::vector<std::unique_ptr<Transfer>> spare_;  // at most one a connection

  std::jthread thread_;
};

AsyncClient::AsyncClient(AsyncClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
AsyncClient::~AsyncClient() = default;

ExchangeId AsyncClient::send(AsyncRequest request, OnExchanged done) {
  return impl_->send(std::move(request), std::move(done));
}
void AsyncClient::cancel(ExchangeId id) {
  impl_->put(Cancel{id});
}
void AsyncClient::stop() {
  impl_->put(Stop{});
}

void AsyncClient::post(std::move_only_function<void()> call) {
  impl_->put(std::move(call));
}

Exchanged exchange_and_wait(AsyncClient& client, AsyncRequest request, base::Millis patience) {
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<Exchanged> outcome;
  const base::Millis bound = request.timeout + patience;
  const ExchangeId id = client.send(std::move(request), [&](Exchanged exchanged) {
    const std::lock_guard lock(mutex);
    outcome = std::move(exchanged);
    ended.notify_one();
  });
  std::unique_lock lock(mutex);
  if (!ended.wait_for(lock, bound, [&] { return outcome.has_value(); })) {
    client.cancel(id);
    ended.wait(lock, [&] { return outcome.has_value(); });
    if (!*outcome && outcome->error().fault == ExchangeFault::cancelled) {
      return failed(ExchangeFault::busy, "its turn did not come in time");
    }
  }
  return std::move(*outcome);
}

base::Result<std::string> host_of_url(std::string_view url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), &curl_url_cleanup);
  const auto part = [&](CURLUPart which, unsigned flags) -> std::string {
    char* text = nullptr;
    if (curl_url_get(parts.get(), which, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return text;
  };
  const bool whole = url.find('\0') == std::string_view::npos;
  if (whole && curl_url_set(parts.get(), CURLUPART_URL, std::string(url).c_str(), 0) == CURLUE_OK) {
    const std::string scheme = part(CURLUPART_SCHEME, 0);
    std::string host = part(CURLUPART_HOST, 0);
    std::ranges::transform(host, host.begin(), base::ascii_lower);
    if ((scheme == "http" || scheme == "https") && !host.empty()) {
      return fmt::format("{}:{}", host, part(CURLUPART_PORT, CURLU_DEFAULT_PORT));
    }
  }
  return base::fail(base::ErrorCode::invalid,
                    "the URL must start with http:// or https:// and name a host");
}

}  // namespace ordo::net
