#include "net/loop.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/errc.hpp>
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
// Connections in a row that are turned away before the others have their turn.
constexpr int kRefusedInARow = 64;
// A want of descriptors that comes back within this many seconds is the same one.
constexpr std::int64_t kStarvedSeconds = 60;

bool somebody_waits(tcp::acceptor& acceptor) {
  pollfd poll{acceptor.native_handle(), POLLIN, 0};
  return ::poll(&poll, 1, 0) == 1;
}

// Sends what fits without waiting, and what the peer sent is read so that closing does not reset.
void send_and_close(tcp::socket& socket, std::string_view bytes, char* scratch,
                    std::size_t scratch_bytes) {
  error_code ignored;
  (void)socket.non_blocking(true, ignored);
  (void)socket.read_some(boost::asio::buffer(scratch, scratch_bytes), ignored);
  (void)socket.write_some(boost::asio::buffer(bytes), ignored);
  (void)socket.shutdown(tcp::socket::shutdown_send, ignored);
  (void)socket.read_some(boost::asio::buffer(scratch, scratch_bytes), ignored);
  (void)socket.close(ignored);
}

}  // namespace

Loop::Loop(Shared& all, std::unique_ptr<ListeningSocket> listening)
    : shared(all), listening_(std::move(listening)) {}

Loop::~Loop() {
  stop();
  if (thread_.joinable()) thread_.join();
  outbox_->close();
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
  Outbox::Waiting waiting = outbox_->take();
  for (auto& [session, make] : waiting.answers) answer(session, std::move(make));
  for (const std::uint64_t session : waiting.stirred) {
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) continue;
    const std::shared_ptr<Session> alive = found->second;
    alive->pour();
  }
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
    const bool starved = error == boost::system::errc::too_many_files_open ||
                         error == boost::system::errc::too_many_files_open_in_system;
    if (starved && refuse_for_want_of_descriptors()) {
      // Only when somebody comes: accepting would fail at once whether or not there is anybody.
      return acceptor_.async_wait(tcp::acceptor::wait_read, [this](const error_code& stopped) {
        if (!stopped && acceptor_.is_open()) accept();
      });
    }
    accept_again_.expires_after(kAcceptAgain);
    accept_again_.async_wait([this](const error_code& stopped) {
      if (!stopped && acceptor_.is_open()) accept();
    });
  });
}

// Left alone, those that wait to be accepted would hang without a word. False without a spare one.
bool Loop::refuse_for_want_of_descriptors() {
  const std::int64_t now = std::time(nullptr);
  const std::int64_t before = shared.starved_at.exchange(now);
  if (now - before > kStarvedSeconds && shared.options.on_trouble) {
    shared.options.on_trouble(
        "out of file descriptors: new connections are refused; raise the limit (ulimit -n) or "
        "lower max_connections");
  }
  const WireFault fault{503, "too_many_connections",
                        "this server has as many connections as it may have"};
  AnswerStyle style;
  style.keep_alive = false;
  style.date = date();
  for (int i = 0; i < kRefusedInARow && somebody_waits(acceptor_) && spare_.give(); ++i) {
    error_code error;
    tcp::socket socket(io_);
    (void)acceptor_.accept(socket, error);
    if (!error) {
      ++shared.total;
      ++shared.refused;
      std::string bytes;
      append_response(bytes, shared.options.refuse(fault, {}), style);
      send_and_close(socket, bytes, scratch(), kScratchBytes);
    }
    spare_.take();
  }
  return spare_.take();
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
