// One connection: reads a request, hands it up, writes the answer, and again, strictly in order.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "net/loop.h"
#include "net/request_parser.h"
#include "net/response_writer.h"

namespace ordo::net {

// The loop's thread only. Shared: the loop lists it, and each operation under way holds it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Loop& loop, std::uint64_t id, boost::asio::ip::tcp::socket socket);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start();
  // Over the cap on connections: one refusal, then the end.
  void turn_away();
  void answer(MakeResponse make);
  void check_deadline(std::chrono::steady_clock::time_point now);
  // Sends on what waits in the stream of its answer.
  void pour();
  // While draining: ends now if it waits for a request; a stream ends with what was written to it.
  void end_if_idle();

 private:
  enum class State : std::uint8_t {
    reading,    // wants the bytes of a request
    waiting,    // the request was handed up
    streaming,  // the answer goes on
    ending,     // all that is left is to write what is there and to end
    lingering,  // our side is shut; reads what the peer still sends, so that it sees the answer
    closed,
  };

  void read_request();
  void read();
  void on_read(std::size_t bytes);
  void pump();
  void hand_over();
  void add_answer(const Response& response, bool may_keep_alive);
  [[nodiscard]] bool fits(const Response& response) const;
  void refuse(const WireFault& fault);
  void refuse_answer();
  void begin_stream(const Response& response);
  void listen();
  void append_chunk(std::string_view bytes);
  void hold_back();
  void end_stream_for_drain();
  void settle();
  bool wants_continue();
  bool flush();
  void write_rest();
  void grant(std::size_t bytes);
  void linger();
  void go_on_lingering();
  void close();
  void watch_for_end();
  void account();
  void count_buffered(std::uint64_t now);
  void set_deadline(base::Millis after);

  // What a quiet connection may keep of its buffers.
  static constexpr std::size_t kKeepBytes = 16UL * 1024;

  Loop& loop_;
  const std::uint64_t id_;
  boost::asio::ip::tcp::socket socket_;
  std::string peer_;
  RequestParser parser_;
  State state_ = State::reading;
  bool blocked_ = false;  // the peer is slow to read: nothing more until it took this
  bool pumping_ = false;
  bool continued_ = false;      // "100 Continue" was sent for this request
  bool request_timed_ = false;  // the deadline counts from the request's first byte
  bool watching_ = false;       // a wait for its end is under way, or it has ended
  bool listening_ = false;      // reads on, whatever the state, to see the peer go
  const std::shared_ptr<Caller> caller_ = std::make_shared<Caller>();
  std::shared_ptr<Stream> stream_;
  AnswerStyle style_;
  std::array<char, 4096> buffer_;
  std::string in_;
  std::size_t in_at_ = 0;
  std::string out_;
  std::size_t out_at_ = 0;
  std::uint64_t buffered_ = 0;
  std::size_t lingered_ = 0;
  std::chrono::steady_clock::time_point lingers_until_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace ordo::net
