// One core's share of the server: an io_context, its thread, its listening socket, its connections.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/listening_socket.h"
#include "net/outbox.h"
#include "net/request_parser.h"
#include "net/server.h"
#include "net/spare_descriptor.h"

namespace ordo::net {

class Session;

// What the loops of one server share. Counters are for any thread.
struct Shared {
  Shared(ServerOptions with, Handler to) : options(std::move(with)), handler(std::move(to)) {}

  const ServerOptions options;
  const Handler handler;
  const ParserLimits limits{options.max_header_bytes, options.body_limit};
  std::atomic<bool> draining = false;
  std::atomic<std::uint64_t> open = 0;
  std::atomic<std::uint64_t> total = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> bytes_in = 0;
  std::atomic<std::uint64_t> bytes_out = 0;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> buffered = 0;   // see max_buffered_bytes
  std::atomic<std::int64_t> starved_at = 0;  // second in which descriptors last ran out
  std::mutex mutex;
  std::condition_variable all_closed;  // with mutex: `open` went to 0 while draining
};

class Loop {
 public:
  Loop(Shared& shared, std::unique_ptr<ListeningSocket> listening);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start();  // its thread
  void stop();   // any thread: ends the thread, and with it every connection
  void drain();  // any thread

  // Any thread.
  [[nodiscard]] bool on_own_thread() const { return std::this_thread::get_id() == thread_id_; }
  void wake();

  // The loop's thread only, from here on.
  void answer(std::uint64_t session, MakeResponse make);
  void remove(std::uint64_t session);
  [[nodiscard]] std::string_view date();
  [[nodiscard]] char* scratch() { return scratch_.get(); }
  [[nodiscard]] const std::shared_ptr<Outbox>& outbox() const { return outbox_; }
  Shared& shared;

  static constexpr std::size_t kScratchBytes = 64UL * 1024;

 private:
  void accept();
  bool refuse_for_want_of_descriptors();
  void on_accepted(boost::asio::ip::tcp::socket socket);
  void deliver();
  void sweep_later();
  void sweep();

  const std::unique_ptr<ListeningSocket> listening_;
  boost::asio::io_context& io_ = listening_->io;
  boost::asio::ip::tcp::acceptor& acceptor_ = listening_->acceptor;
  boost::asio::steady_timer sweeper_{io_};
  boost::asio::steady_timer accept_again_{io_};
  SpareDescriptor spare_;
  bool sweeping_ = false;
  std::shared_ptr<Outbox> outbox_ = std::make_shared<Outbox>(*this);
  std::unordered_map<std::uint64_t, std::shared_ptr<Session>> sessions_;
  std::uint64_t next_session_ = 1;
  std::unique_ptr<char[]> scratch_ = std::make_unique<char[]>(kScratchBytes);
  std::int64_t date_second_ = 0;
  std::string date_;
  std::thread::id thread_id_;
  std::jthread thread_;
};

}  // namespace ordo::net
