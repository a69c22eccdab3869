#include "net/loop.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <ctime>
#include <utility>

#include "base/assert.h"
#include "net/response_writer.h"
#include "net/session.h"

namespace ordo::net {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kLongestSweep{1000};
constexpr std::chrono::milliseconds kAcceptAgain{100};

}  // namespace

void Outbox::answer(std::uint64_t session, MakeResponse make) {
  std::unique_lock lock(mutex_);
  if (loop_ == nullptr) return;
  Loop& loop = *loop_;
  if (loop.on_own_thread()) {
    lock.unlock();
    return loop.answer(session, std::move(make));
  }
  waiting_.emplace_back(session, std::move(make));
  // Under the lock, so that the loop cannot go in between.
  if (waiting_.size() == 1) loop.wake();
}

void Outbox::close() {
  std::vector<std::pair<std::uint64_t, MakeResponse>> dropped;
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
  dropped.swap(waiting_);
}

std::vector<std::pair<std::uint64_t, MakeResponse>> Outbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

Loop::Loop(Shared& all, tcp::endpoint endpoint) : shared(all), endpoint_(std::move(endpoint)) {}

Loop::~Loop() {
  stop();
  if (thread_.joinable()) thread_.join();
  outbox_->close();
}

void Loop::listen() {
  acceptor_.open(endpoint_.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  const int one = 1;
  setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  acceptor_.bind(endpoint_);
  acceptor_.listen(4096);
}

std::uint16_t Loop::port() const {
  return acceptor_.local_endpoint().port();
}

void Loop::start() {
  accept();
  thread_ = std::jthread([this] {
    thread_id_ = std::this_thread::get_id();
    const auto stay = boost::asio::make_work_guard(io_);
    io_.run();
    sessions_.clear();
  });
}

void Loop::stop() {
  io_.stop();
}

void Loop::drain() {
  boost::asio::post(io_, [this] {
    error_code ignored;
    (void)acceptor_.close(ignored);
    std::vector<std::shared_ptr<Session>> all;
    all.reserve(sessions_.size());
    for (const auto& [id, session] : sessions_) all.push_back(session);
    for (const auto& session : all) session->end_if_idle();
  });
}

void Loop::wake() {
  boost::asio::post(io_, [this] { deliver(); });
}

void Loop::deliver() {
  for (auto& [session, make] : outbox_->take()) answer(session, std::move(make));
}

void Loop::answer(std::uint64_t session, MakeResponse make) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const std::shared_ptr<Session> alive = found->second;
  alive->answer(std::move(make));
}

void Loop::remove(std::uint64_t session) {
  if (sessions_.erase(session) == 0) return;
  const std::lock_guard lock(shared.mutex);
  if (--shared.open == 0) shared.all_closed.notify_all();
}

void Loop::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) {
      on_accepted(std::move(socket));
      return accept();
    }
    // Out of descriptors, most likely: others must close first.
    accept_again_.expires_after(kAcceptAgain);
    accept_again_.async_wait([this](const error_code& stopped) {
      if (!stopped && acceptor_.is_open()) accept();
    });
  });
}

void Loop::on_accepted(tcp::socket socket) {
  const std::uint64_t id = next_session_++;
  const bool crowded = ++shared.open > shared.options.max_connections;
  ++shared.total;
  const auto session = std::make_shared<Session>(*this, id, std::move(socket));
  sessions_.emplace(id, session);
  if (!std::exchange(sweeping_, true)) sweep_later();
  if (crowded) {
    ++shared.refused;
    return session->turn_away();
  }
  session->start();
}

// One timer for all connections, and none when there are none.
void Loop::sweep_later() {
  const ServerOptions& options = shared.options;
  const base::Millis shortest =
      std::min({options.idle_timeout, options.request_timeout, options.write_timeout});
  sweeper_.expires_after(std::clamp(shortest / 4, base::Millis(5), kLongestSweep));
  sweeper_.async_wait([this](const error_code& stopped) {
    if (!stopped) sweep();
  });
}

void Loop::sweep() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<Session>> all;
  all.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) all.push_back(session);
  for (const auto& session : all) session->check_deadline(now);
  sweeping_ = !sessions_.empty();
  if (sweeping_) sweep_later();
}

std::string_view Loop::date() {
  const std::int64_t now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    date_ = http_date(now);
  }
  return date_;
}

}  // namespace ordo::net
