#include "net/session.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <utility>

#include "net/gzip.h"
#include "net/stream.h"

namespace ordo::net {
namespace {

using boost::asio::buffer;
using boost::system::error_code;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr base::Millis kLingerTime{2000};
// Many clients read the refusal of a large request only once they have sent all of it.
constexpr std::size_t kLingerBytes = 32UL * 1024 * 1024;
// Reads in a row before other connections have their turn.
constexpr int kReadsInARow = 16;
// Answers to pipelined requests gather up to this before they are written.
constexpr std::size_t kGatherBytes = 64UL * 1024;

// The answer's way back. Given up unanswered, it says so: no client waits for nothing.
class Ticket {
 public:
  Ticket(std::shared_ptr<Outbox> outbox, std::uint64_t session, const ServerOptions& options)
      : outbox_(std::move(outbox)), session_(session), refuse_(&options.refuse) {}
  Ticket(Ticket&& other) noexcept = default;
  Ticket& operator=(Ticket&&) = delete;
  ~Ticket() {
    if (!outbox_) return;
    // Runs on the loop's thread, which the options outlive.
    answer([refuse = refuse_] {
      return (*refuse)({500, "no_answer", "the server has no answer to this request"}, {});
    });
  }
  void answer(MakeResponse make) {
    if (const auto outbox = std::exchange(outbox_, nullptr)) {
      outbox->answer(session_, std::move(make));
    }
  }

 private:
  std::shared_ptr<Outbox> outbox_;
  std::uint64_t session_;
  const std::function<Response(const WireFault&, const Request&)>* refuse_;
};

std::string name_of_peer(const boost::asio::ip::tcp::socket& socket) {
  error_code ignored;
  const auto endpoint = socket.remote_endpoint(ignored);
  return ignored ? std::string() : endpoint.address().to_string();
}

}  // namespace

Session::Session(Loop& loop, std::uint64_t id, boost::asio::ip::tcp::socket socket)
    : loop_(loop),
      id_(id),
      socket_(std::move(socket)),
      peer_(name_of_peer(socket_)),
      parser_(loop.shared.limits) {
  error_code ignored;
  (void)socket_.non_blocking(true, ignored);
  (void)socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

Session::~Session() {
  if (stream_) stream_->end();
  loop_.shared.buffered -= buffered_;
}

void Session::start() {
  read_request();
}

void Session::turn_away() {
  style_ = {};
  refuse({503, "too_many_connections", "this server has as many connections as it may have"});
  settle();
}

void Session::read_request() {
  if (!parser_.started() && in_.empty()) {
    request_timed_ = false;
    set_deadline(loop_.shared.options.idle_timeout);
  } else if (!std::exchange(request_timed_, true)) {
    set_deadline(loop_.shared.options.request_timeout);
  }
  read();
}

void Session::read() {
  socket_.async_read_some(buffer(buffer_),
                          [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                            if (error == boost::asio::error::operation_aborted)
                              return;  // the deadline took over
                            if (self->state_ == State::closed) return;
                            if (error) return self->close();
                            self->on_read(bytes);
                          });
}

void Session::on_read(std::size_t bytes) {
  loop_.shared.bytes_in += bytes;
  if (state_ != State::reading) {
    lingered_ += bytes;
    if (lingered_ > kLingerBytes) return close();
    if (state_ == State::lingering) go_on_lingering();
    return read();
  }
  in_.append(buffer_.data(), bytes);
  // A full buffer says that more is there already: fetch it without going round the loop.
  bool more = bytes == buffer_.size();
  for (int i = 0; more && i < kReadsInARow; ++i) {
    error_code error;
    const std::size_t got = socket_.read_some(buffer(loop_.scratch(), Loop::kScratchBytes), error);
    if (error) break;  // would block, or an end that the next read reports
    loop_.shared.bytes_in += got;
    in_.append(loop_.scratch(), got);
    more = got == Loop::kScratchBytes;
  }
  pump();
}

// Takes requests out of what has been read, until more bytes or an answer are wanted.
void Session::pump() {
  pumping_ = true;
  while (state_ == State::reading && !blocked_ && out_.size() < kGatherBytes) {
    in_at_ += parser_.feed(std::string_view(in_).substr(in_at_));
    if (parser_.fault()) {
      refuse(*parser_.fault());
    } else if (parser_.done()) {
      hand_over();
    } else {
      break;
    }
  }
  pumping_ = false;
  in_.erase(0, std::exchange(in_at_, 0));
  if (in_.empty() && in_.capacity() > kKeepBytes) in_.shrink_to_fit();
  account();
  settle();
}

void Session::hand_over() {
  ++loop_.shared.requests;
  Request request = parser_.take();
  request.peer = peer_;
  request.caller = caller_;
  style_ = {};
  style_.head_only = request.method == "HEAD";
  style_.http_1_0 = parser_.is_http_1_0();
  style_.keep_alive = parser_.keep_alive();
  std::string room;
  style_.gzip = accepts_gzip(request.headers.list("Accept-Encoding", room));
  state_ = State::waiting;
  deadline_ = std::chrono::steady_clock::time_point::max();
  loop_.shared.handler(std::move(request),
                       [ticket = Ticket(loop_.outbox(), id_, loop_.shared.options)](
                           MakeResponse make) mutable { ticket.answer(std::move(make)); });
  if (std::exchange(caller_->watched_, false) && state_ == State::waiting) watch_for_end();
}

void Session::answer(MakeResponse make) {
  if (state_ != State::waiting) return;
  if (const Response response = make(); response.stream) {
    begin_stream(response);
  } else if (fits(response)) {
    add_answer(response, true);
  } else {
    refuse_answer();
  }
  if (state_ == State::reading) {
    parser_.reset();
    continued_ = false;
    request_timed_ = false;
  }
  if (!pumping_ && !blocked_) pump();
}

void Session::add_answer(const Response& response, bool may_keep_alive) {
  style_.keep_alive =
      may_keep_alive && style_.keep_alive && !response.close && !loop_.shared.draining;
  style_.date = loop_.date();
  const std::size_t before = out_.size();
  append_response(out_, response, style_);
  if (blocked_) grant(out_.size() - before);
  state_ = style_.keep_alive ? State::reading : State::ending;
}

// Whether the answer may wait for its peer beside all the others. A small one with nothing before
// it always may: those who do read their answers must not suffer from those who do not.
bool Session::fits(const Response& response) const {
  const bool small = out_.empty() && response.body.size() <= kKeepBytes;
  return small || loop_.shared.buffered + out_.size() + response.body.size() <=
                      loop_.shared.options.max_buffered_bytes;
}

void Session::refuse_answer() {
  const WireFault fault{503, "too_many_answers",
                        "too many answers wait to be read; this request may have been carried out"};
  add_answer(loop_.shared.options.refuse(fault, {}), false);
}

void Session::refuse(const WireFault& fault) {
  const Request& partial = parser_.request();
  style_ = {};
  style_.head_only = partial.method == "HEAD";
  add_answer(loop_.shared.options.refuse(fault, partial), false);
}

// Writes what is there to write, then does what the state asks for.
void Session::settle() {
  if (!flush()) return write_rest();
  switch (state_) {
    case State::reading:
      if (wants_continue()) {
        out_ = kContinue;
        if (!flush()) return write_rest();
      }
      // Answers that gathered have left: there may be whole requests in the buffer still.
      if (!in_.empty() && !parser_.started()) return pump();
      return read_request();
    case State::ending:
      return linger();
    case State::streaming:
      listen();
      return pour();
    case State::waiting:
    case State::lingering:
    case State::closed:
      return;
  }
}

bool Session::wants_continue() {
  return parser_.header_done() && parser_.expects_continue() && in_.empty() &&
         !std::exchange(continued_, true);
}

// Writes without waiting. True when nothing is left.
bool Session::flush() {
  while (out_at_ < out_.size()) {
    error_code error;
    const std::size_t sent =
        socket_.write_some(buffer(out_.data() + out_at_, out_.size() - out_at_), error);
    if (error == boost::asio::error::would_block) return false;
    if (error) {
      close();
      return true;
    }
    loop_.shared.bytes_out += sent;
    out_at_ += sent;
  }
  out_at_ = 0;
  out_.clear();
  if (out_.capacity() > kKeepBytes) out_.shrink_to_fit();
  return true;
}

// The peer is slow: waits until it takes more. All that is there to write has one deadline, however
// often a little of it leaves.
void Session::write_rest() {
  if (!std::exchange(blocked_, true)) {
    set_deadline(loop_.shared.options.write_timeout);
    grant(out_.size() - out_at_);
  }
  socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](const error_code& error) {
                       if (self->state_ == State::closed) return;
                       if (error) return self->close();
                       const std::size_t had = self->out_at_;
                       if (!self->flush()) {
                         // A stream has no end that a deadline could be for: it must only go on.
                         if (self->state_ == State::streaming && self->out_at_ != had) {
                           self->set_deadline(self->loop_.shared.options.write_timeout);
                           self->hold_back();
                         }
                         return self->write_rest();
                       }
                       self->blocked_ = false;
                       self->count_buffered(0);
                       self->deadline_ = std::chrono::steady_clock::time_point::max();
                       self->pump();
                     });
}

// Time and room for bytes that wait for the peer.
void Session::grant(std::size_t bytes) {
  deadline_ += base::Millis(bytes * 1000 / loop_.shared.options.slowest_bytes_per_second);
  count_buffered(in_.size() + out_.size());
}

// Ends our side and reads what is still on its way: closing at once would reset the connection and
// could take the answer with it.
void Session::linger() {
  state_ = State::lingering;
  error_code ignored;
  (void)socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  lingers_until_ = std::chrono::steady_clock::now() + loop_.shared.options.request_timeout;
  go_on_lingering();
  listen();
}

// Whoever still sends is not made to hurry, but has no more time than for a request.
void Session::go_on_lingering() {
  set_deadline(kLingerTime);
  deadline_ = std::min(deadline_, lingers_until_);
}

void Session::close() {
  if (std::exchange(state_, State::closed) == State::closed) return;
  caller_->gone_ = true;
  error_code ignored;
  (void)socket_.close(ignored);
  // What is still under way may hold this object for a while, but not its bytes.
  in_ = {};
  out_ = {};
  out_at_ = 0;
  count_buffered(0);
  if (const auto stream = std::exchange(stream_, nullptr)) stream->end();
  loop_.remove(id_);
}

void Session::check_deadline(std::chrono::steady_clock::time_point now) {
  if (state_ == State::waiting) watch_for_end();
  if (now < deadline_ || state_ == State::closed) return;
  if (state_ == State::reading && !blocked_ && parser_.started()) {
    refuse({408, "slow_request", "the request did not arrive in time"});
    error_code ignored;
    (void)socket_.cancel(ignored);
    return settle();
  }
  close();
}

// A peer may go while it waits for its answer; who works for it may want to know. It is told only:
// one that has shut its side down may still read.
void Session::watch_for_end() {
  if (std::exchange(watching_, true)) return;
  socket_.async_wait(boost::asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](const error_code& error) {
                       self->watching_ = false;
                       if (error || self->state_ != State::waiting) return;
                       char next = 0;
                       error_code ended;
                       (void)self->socket_.receive(
                           buffer(&next, 1), boost::asio::ip::tcp::socket::message_peek, ended);
                       // Woken by bytes that had been read already: nothing has come.
                       if (ended == boost::asio::error::would_block) return self->watch_for_end();
                       // More of its bytes: of its end the next sweep may hear.
                       if (!ended) return;
                       self->watching_ = true;
                       self->caller_->gone_ = true;
                     });
}

void Session::end_if_idle() {
  if (state_ == State::streaming) return end_stream_for_drain();
  const bool idle = state_ == State::reading && !blocked_ && !parser_.started() && in_.empty();
  if (idle) close();
}

// Requests that are being read hold memory that no other limit sees; so do answers that wait, see
// grant(). A connection that holds little is not the one to end.
void Session::account() {
  const bool mine = state_ == State::reading;
  count_buffered(mine ? in_.size() + parser_.request().body.size() : 0);
  if (mine && buffered_ > kKeepBytes &&
      loop_.shared.buffered > loop_.shared.options.max_buffered_bytes) {
    refuse({503, "too_much_at_once", "too many large requests at once; try again soon"});
  }
}

void Session::count_buffered(std::uint64_t now) {
  if (now == buffered_) return;
  loop_.shared.buffered += now - std::exchange(buffered_, now);
}

void Session::set_deadline(base::Millis after) {
  deadline_ = std::chrono::steady_clock::now() + after;
}

}  // namespace ordo::net
